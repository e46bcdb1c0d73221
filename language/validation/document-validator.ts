import { DefaultDocumentValidator, DocumentValidator, type LangiumDocument } from "langium";
import type { LexicalMistake } from "../lexer.ts";
import type { FindingData } from "./report-finding.ts";

type Diagnostics = NonNullable<LangiumDocument["diagnostics"]>;

/** Maximum number of reported parser errors; no one reads further. */
const maxMistakes = 100;

export class PretrainDocumentValidator extends DefaultDocumentValidator {
  /** The diagnostics of lexer and parser alone. */
  syntaxDiagnostics({ parseResult }: LangiumDocument): Diagnostics {
    const diagnostics: Diagnostics = [];
    this.processLexingErrors(parseResult, diagnostics);
    this.processParsingErrors(parseResult, diagnostics, {});
    return diagnostics;
  }

  /** Adds replacements to Langium's own lexing errors. */
  protected override processLexingErrors({ lexerErrors }: LangiumDocument["parseResult"], diagnostics: Diagnostics): void {
    for (const { line, column, length, message, fixes } of lexerErrors as LexicalMistake[]) {
      const start = { line: (line ?? 1) - 1, character: (column ?? 1) - 1 };
      const data: FindingData = { code: DocumentValidator.LexingError, ...(fixes ? { fixes } : {}) };
      diagnostics.push({ severity: 1, range: { start, end: { ...start, character: start.character + length } }, message, data });
    }
  }

  /** Drops parser errors that follow characters the lexer skipped: they are noise. */
  protected override processParsingErrors(parseResult: LangiumDocument["parseResult"], diagnostics: Diagnostics, options: object): void {
    const unread = parseResult.lexerErrors.reduce((first, { offset }) => Math.min(first, offset), Number.POSITIVE_INFINITY);
    const parserErrors = parseResult.parserErrors
      .filter(({ token }) => parseResult.lexerErrors.length === 0 || (token.startOffset >= 0 && token.startOffset < unread))
      .slice(0, maxMistakes);
    super.processParsingErrors({ ...parseResult, parserErrors }, diagnostics, options);
  }

  /** Disabled, because the rules walk the file themselves: see `registerRules`. */
  protected override validateSingleNodeOptions(): { validateNode: boolean; validateChildren: boolean } {
    return { validateNode: true, validateChildren: false };
  }

  /** Disabled: the rule for references reports unresolved names and knows what was expected and what is similar. */
  protected override processLinkingErrors(): void {}
}
