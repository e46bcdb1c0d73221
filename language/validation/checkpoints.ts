import { declarationOf } from "#runtime/contract/catalogue/index.ts";
import { rangeOfKey } from "../places.ts";
import { keyText } from "../references/expected.ts";
import { blockOf, entryOf, layersOf, valuesOf } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** What may stand beside a checkpoint: how it is used. Everything else is what its weights were made with. */
const beside = ["checkpoint", "extends", "context", "dropout"];

/** A model has sizes or a checkpoint. */
export const checkpoints: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "model" || valuesOf(layersOf(declaration), "checkpoint").length === 0) return;
    const block = blockOf(declaration);
    const own = block && entryOf(block, "checkpoint");
    for (const layer of own ? layersOf(declaration) : block ? [block] : []) {
      for (const entry of layer.entries) {
        const key = keyText(entry);
        if (beside.includes(key) || !declarationOf("model").keys.some(({ name }) => name === key)) continue;
        const message = `${key} is what the checkpoint was made with and cannot be chosen here. Leave it out.`;
        const isHere = layer === block;
        report(isHere ? entry : own!, rangeOfKey(isHere ? entry : own!), { code: "size-beside-checkpoint", message });
      }
    }
  },
});
