import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { isDeclaration, isNamed } from "../generated/ast.ts";
import { keyText, nameOf } from "../references/expected-value.ts";
import { blockOf, layersOf, settingValues } from "../setting-layers.ts";
import { rangeOfKey } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Keys that control how a model is trained. */
const ofTraining = ["epochs", "accumulate", "train", "optimizer", "dropout", "layer_decay", "patience", "seed"];

/** A task without training examples trains nothing, so settings of training do not apply to it. */
export const scoredTasks: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "finetune") return;
    const [task] = settingValues(layersOf(declaration), "task");
    const target = task && isNamed(task) ? task.target?.ref : undefined;
    const kind = isDeclaration(target) && target.value ? optionOf("task", nameOf(target.value)) : undefined;
    if (!isDeclaration(target) || !kind || kind.keys.some(({ name }) => name === "train")) return;
    for (const entry of blockOf(declaration)?.entries ?? []) {
      const key = keyText(entry);
      if (!ofTraining.includes(key)) continue;
      const message = `${target.name} is a task of ${kind.name}, which scores a model without training it. Leave ${key} out.`;
      report(entry, rangeOfKey(entry), { code: "nothing-is-trained", message });
    }
  },
});
