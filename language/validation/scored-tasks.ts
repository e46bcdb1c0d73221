import { isDeclaration, isNamed } from "../generated/ast.ts";
import { rangeOfKey } from "../places.ts";
import { keyText, nameOf } from "../references/expected.ts";
import { blockOf, layersOf, valuesOf } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** How a model is trained. */
const ofTraining = ["epochs", "accumulate", "train", "optimizer", "dropout", "layer_decay", "patience", "seed"];

/** Minimal pairs train nothing, so nothing may be said of the training. */
export const scoredTasks: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "finetune") return;
    const [task] = valuesOf(layersOf(declaration), "task");
    const target = task && isNamed(task) ? task.target?.ref : undefined;
    if (!isDeclaration(target) || !target.value || nameOf(target.value) !== "minimal_pairs") return;
    for (const entry of blockOf(declaration)?.entries ?? []) {
      const key = keyText(entry);
      if (!ofTraining.includes(key)) continue;
      const message = `${target.name} is a task of minimal pairs, which a model is scored on as it is: nothing is trained. Leave ${key} out.`;
      report(entry, rangeOfKey(entry), { code: "nothing-is-trained", message });
    }
  },
});
