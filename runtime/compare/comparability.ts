import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { describeLost } from "#runtime/contract/lost-text.ts";
import type { CompareJob, PretrainJob, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Arm, Runs } from "./arms.ts";

/** Why the scores of two arms are not comparable on a metric of language modelling; undefined if they are. */
export function whyUnranked(job: CompareJob, metric: string, left: Arm, right: Arm, runs: Runs): string | undefined {
  if (!isOfCorpus(metric) || right.kind !== "cell") return undefined;
  const [one, other] = [pretrainingOf(job, left, runs), pretrainingOf(job, right, runs)];
  if (!one || !other) return undefined;
  if (predictionOf(metric, one.objective) !== predictionOf(metric, other.objective)) {
    return `${metric} of different objectives is not ranked: each measures a different prediction. Fine-tune on a task to compare them`;
  }
  if (one.tokenizer === other.tokenizer) return undefined;
  const changed = [
    [left, one],
    [right, other],
  ].flatMap(([arm, pretrain]) => whyChanged((arm as Arm).name, (pretrain as PretrainJob).encoded, runs) ?? []);
  if (metric !== "bits_per_byte") {
    const instead = changed.length === 0 ? "Compare bits_per_byte" : "Fine-tune on a task to compare them";
    return `${metric} with different tokenizers is not ranked: each counts different tokens. ${instead}`;
  }
  if (changed.length === 0) return undefined;
  return `bits_per_byte with different tokenizers is ranked only if both reproduce the text: ${changed.join("; ")}. Fine-tune on a task to compare them`;
}

/**
 * Whether two cells share the random draws of each seed, because their models start from the same initial weights and read the same
 * windows. Baselines share none with a cell, and models of different architectures or sizes draw different weights.
 */
export function shareDraws(job: CompareJob, left: Arm, right: Arm, runs: Runs): boolean {
  if (left.kind !== "cell" || right.kind !== "cell") return false;
  const [one, other] = [pretrainingOf(job, left, runs), pretrainingOf(job, right, runs)];
  if (!one || !other) return true;
  return JSON.stringify(drawn(one)) === JSON.stringify(drawn(other));
}

/** What the initial weights of a seed depend on. */
function drawn({ model }: PretrainJob): unknown {
  const { dropout: _, recompute: __, ...sizes } = model;
  return Object.entries(sizes).sort(([left], [right]) => (left < right ? -1 : 1));
}

function isOfCorpus(metric: string): boolean {
  return metricOf(metric)?.of.includes("corpus") ?? false;
}

/** Why a cell predicts a text that differs from the corpus; undefined if its tokenizer reproduces the corpus. */
function whyChanged(cell: string, encoded: string, runs: Runs): string | undefined {
  const { roundTrip } = runs.encoded(encoded) ?? {};
  if (!roundTrip) return `whether the tokenizer of ${cell} does is unknown, as its encoded corpus is missing`;
  const lost = describeLost(roundTrip);
  return lost && `the tokenizer of ${cell} does not, as ${lost}`;
}

/**
 * Identifies the quantity that a score measures. The loss depends on every setting of an objective, since it is computed on its own
 * targets; other scores depend only on the kind of objective.
 */
function predictionOf(metric: string, objective: ResolvedObjective): string {
  return JSON.stringify(objective, (key, value: unknown) => {
    if (key === "name") return undefined;
    const isOneObjective = typeof value === "object" && value !== null && "kind" in value && !("parts" in value);
    return metric !== "loss" && isOneObjective ? value.kind : value;
  });
}

function pretrainingOf(job: CompareJob, arm: Arm, runs: Runs): PretrainJob | undefined {
  const id = job.cells.find(({ cell }) => cell === arm.name)?.runs[0]?.pretrain;
  const found = id === undefined ? undefined : runs.job(id);
  return found?.kind === "pretrain" ? found : undefined;
}
