import type { AstNode, LangiumDocument, ValidationAcceptor } from "langium";
import type { Problem } from "#runtime/contract/problem.ts";
import type { PretrainAstType } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import type { TextRange } from "../places.ts";
import { filesSeenFrom, loadedDocument } from "../references/imports.ts";

/** What a rule found. */
export interface Finding {
  code: string;
  message: string;
  severity?: Problem["severity"];
  /** Replacements for the text at the place, best first. */
  fixes?: string[];
  /**
   * Found while a part of what the file sees could not be read, so that it may be no mistake: nobody is told, and the
   * declaration is not used.
   */
  silent?: boolean;
}

export type Report = (node: AstNode, range: TextRange | undefined, finding: Finding) => void;

/** A family of rules: the checks for the kinds of node that it looks at. */
export type RuleFamily = (services: PretrainServices) => {
  [Type in keyof PretrainAstType]?: (node: PretrainAstType[Type], report: Report) => void;
};

/** What travels with a diagnostic, for quick fixes. */
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
 * A part of what the file sees could not be read (a mistake in the syntax, an import that is not there): what seems to be
 * missing may be in that part, so nobody is told of it before the part is read.
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
