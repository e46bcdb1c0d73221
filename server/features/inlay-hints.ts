import type { LangiumDocument } from "langium";
import type { InlayHintProvider } from "langium/lsp";
import type { InlayHint, InlayHintParams } from "vscode-languageserver";
import type { Analyses } from "../analysis/analyses.ts";
import { shiftBetween } from "../analysis/shift.ts";

/** Shows the compiler's hints for the last valid text, at their places in the present text. */
export class PretrainInlayHints implements InlayHintProvider {
  private readonly analyses: () => Analyses;

  constructor(analyses: () => Analyses) {
    this.analyses = analyses;
  }

  getInlayHints(document: LangiumDocument, { range }: InlayHintParams): InlayHint[] {
    const good = this.analyses().get(document.uri.toString())?.good;
    if (!good) return [];
    const { position: moved } = shiftBetween(good.text, document.textDocument.getText());
    return good.hints
      .map(({ position, label, tooltip }) => ({ position: moved(position), label, tooltip, paddingLeft: true }))
      .filter(({ position }) => position.line >= range.start.line && position.line <= range.end.line);
  }
}
