import { DefaultDocumentValidator, type LangiumDocument } from "langium";

type Diagnostics = NonNullable<LangiumDocument["diagnostics"]>;

export class PretrainDocumentValidator extends DefaultDocumentValidator {
  /** What the parser alone found. */
  syntaxDiagnostics({ parseResult }: LangiumDocument): Diagnostics {
    const diagnostics: Diagnostics = [];
    this.processLexingErrors(parseResult, diagnostics, {});
    this.processParsingErrors(parseResult, diagnostics, {});
    return diagnostics;
  }

  /** What the parser says behind characters that it never saw is noise. */
  protected override processParsingErrors(parseResult: LangiumDocument["parseResult"], diagnostics: Diagnostics, options: object): void {
    const unread = Math.min(...parseResult.lexerErrors.map(({ offset }) => offset));
    const parserErrors = parseResult.parserErrors.filter(({ token }) => token.startOffset < unread);
    super.processParsingErrors(parseResult.lexerErrors.length === 0 ? parseResult : { ...parseResult, parserErrors }, diagnostics, options);
  }

  /** The rules walk the file themselves: see `registerRules`. */
  protected override validateSingleNodeOptions(): { validateNode: boolean; validateChildren: boolean } {
    return { validateNode: true, validateChildren: false };
  }

  /** Names that lead nowhere are reported by the rule for references, which knows what was expected and what is near. */
  protected override processLinkingErrors(): void {}
}
