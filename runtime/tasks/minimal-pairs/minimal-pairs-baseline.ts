import type { Prediction } from "#runtime/contract/predictions.ts";
import type { PairExample } from "../example.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** Both sentences equally probable. */
export function equalLikelihoods(): ConstantBaseline<PairExample, Prediction<"minimal_pairs">> {
  return { label: "either", answer: (example) => ({ ...example, good_log_likelihood: 0, bad_log_likelihood: 0 }) };
}
