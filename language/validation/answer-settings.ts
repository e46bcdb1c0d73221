import { isNamed } from "../generated/ast.ts";
import { keyText, nameOf } from "../references/expected-value.ts";
import { layersOf, settingValues } from "../setting-layers.ts";
import { rangeOfKey } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Keys that tell how a head reads the text. They do not apply to written answers. */
const ofHeads = ["pool", "stride"];

/** A task is answered either by a head or as text. */
export const answerSettings: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "task") return;
    const layers = layersOf(declaration);
    const [as] = settingValues(layers, "as");
    if (!as || !isNamed(as) || nameOf(as) !== "text") return;
    for (const entry of layers[0]?.entries ?? []) {
      const key = keyText(entry);
      if (!ofHeads.includes(key)) continue;
      const message = `${key} tells how a head reads the text, but with as: text there is no head. Leave it out.`;
      report(entry, rangeOfKey(entry), { code: "key-of-head", message });
    }
  },
});
