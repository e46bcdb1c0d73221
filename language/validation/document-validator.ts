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

  /** Names that lead nowhere are reported by the rule for references, which knows what was expected and what is near. */
  protected override processLinkingErrors(): void {}
}
