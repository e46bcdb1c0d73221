import { type DeclarationKind, declarationOf } from "#runtime/contract/catalogue/index.ts";
import { rangeOfKey } from "../places.ts";
import { keyText } from "../references/expected.ts";
import { blockOf, entryOf, layersOf, valuesOf } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** What exists is named by a key; beside it may stand how it is used. Everything else is what it was made with. */
const existing: Partial<Record<DeclarationKind, { key: string; beside: string[]; what: string }>> = {
  model: { key: "checkpoint", beside: ["checkpoint", "extends", "context", "dropout"], what: "checkpoint" },
  tokenizer: { key: "file", beside: ["file", "extends", "sentinels"], what: "tokenizer of the file" },
};

/** A model has sizes or a checkpoint, a tokenizer is trained or a file. */
export const checkpoints: RuleFamily = () => ({
  Declaration(declaration, report) {
    const { key: named, beside, what } = existing[declaration.kind as DeclarationKind] ?? { key: "", beside: [], what: "" };
    if (named === "" || valuesOf(layersOf(declaration), named).length === 0) return;
    const block = blockOf(declaration);
    const own = block && entryOf(block, named);
    for (const layer of own ? layersOf(declaration) : block ? [block] : []) {
      for (const entry of layer.entries) {
        const key = keyText(entry);
        if (beside.includes(key) || !declarationOf(declaration.kind).keys.some(({ name }) => name === key)) continue;
        const message = `${key} is what the ${what} was made with and cannot be chosen here. Leave it out.`;
        const isHere = layer === block;
        report(isHere ? entry : own!, rangeOfKey(isHere ? entry : own!), { code: `size-beside-${named}`, message });
      }
    }
  },
});
