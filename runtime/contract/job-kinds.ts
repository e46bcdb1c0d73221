import type { JobKind } from "./plan.ts";

/** Whether jobs of a kind train a model or score one: these have scores of their own, and runs of them can be compared. */
export function isOfModel(kind: JobKind): kind is "pretrain" | "finetune" | "evaluate" {
  return kind === "pretrain" || kind === "finetune" || kind === "evaluate";
}
