import type { AstNode, LangiumDocument, ValidationAcceptor } from "langium";
import type { Problem } from "#runtime/contract/problem.ts";
import type { PretrainAstType } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { filesSeenFrom, loadedDocument } from "../references/resolve-imports.ts";
import type { TextRange } from "../text-ranges.ts";

/** A problem that a rule found. */
export interface Finding {
  code: string;
  message: string;
  severity?: Problem["severity"];
  /** Replacements for the marked text, best first. */
  fixes?: string[];
  /**
   * Found while a part of the visible files could not be read, so it may be no mistake. It is not reported, and the declaration is not
   * used.
   */
  silent?: boolean;
}

export type Report = (node: AstNode, range: TextRange | undefined, finding: Finding) => void;

/** A family of rules: the checks for the kinds of nodes that it examines. */
export type RuleFamily = (services: PretrainServices) => {
  [Type in keyof PretrainAstType]?: (node: PretrainAstType[Type], report: Report) => void;
};

/** Data that a diagnostic carries for quick fixes. */
export interface FindingData {
  code: string;
  fixes?: string[];
  silent?: true;
}

export function reportTo(accept: ValidationAcceptor): Report {
  return (node, range, { code, message, severity = "error", fixes, silent }) => {
    const data: FindingData = { code, ...(fixes && fixes.length > 0 ? { fixes } : {}), ...(silent ? { silent } : {}) };
    accept(severity, message, { node, ...(range ? { range } : {}), code, data });
  };
}

/**
 * Whether a part of the visible files could not be read (a syntax error, a missing import). Names that seem to be missing may be in that
 * part, so they are not reported until it can be read.
 */
export function isIncomplete(document: LangiumDocument, services: PretrainServices): boolean {
  const documents = services.shared.workspace.LangiumDocuments;
  return filesSeenFrom(document, documents).some(
    (file) => hasSyntaxErrors(file) || file.parseResult.value.imports.some((statement) => !loadedDocument(file, statement, documents)),
  );
}

export function hasSyntaxErrors({ parseResult }: LangiumDocument): boolean {
  return parseResult.lexerErrors.length > 0 || parseResult.parserErrors.length > 0;
}
