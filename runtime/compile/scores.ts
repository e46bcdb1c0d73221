import type { ObjectiveKind, Ref, Spec } from "#runtime/contract/spec.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { canonical } from "./fingerprint.ts";
import { leavesOf, resolveArchitecture } from "./resolve.ts";

/**
 * What a comparison without fine-tuning shows of its cells: every score that some cell has on the corpus, those of a
 * probability of the text first. Its `task` is the corpus. Empty where no cell's objective reads text.
 */
export function scoresOf(spec: Spec, comparison: string): { task: string; metrics: string[] }[] {
  const { cells } = cellsOf(spec, comparison);
  const kinds = new Set(cells.map((cell) => scoredKind(spec, cell.pretrain.objective)));
  const fillsGaps = cells.some(
    ({ pretrain: { model, objective } }) =>
      scoredKind(spec, objective) === "masked" &&
      spec.models[model] &&
      resolveArchitecture(spec, spec.models[model], objective) === "encoder",
  );
  if (!cells.some((cell) => scoredKind(spec, cell.pretrain.objective))) return [];
  const metrics = [...(kinds.has("causal") ? ["bits_per_byte", "perplexity"] : []), ...(fillsGaps ? ["pseudo_perplexity"] : []), "loss"];
  return [{ task: corpusOf(cells), metrics }];
}

/** Of an objective with several parts over text, the one with the largest share is scored. */
function scoredKind(spec: Spec, objective: Ref): ObjectiveKind | undefined {
  const texts = (leavesOf(spec, objective) ?? []).filter((leaf) => leaf.objective.kind !== "supervised");
  return texts.toSorted((left, right) => right.weight - left.weight)[0]?.objective.kind;
}

export function objectivesDiffer(spec: Spec, comparison: string): boolean {
  const settings = (ref: Ref) => canonical(leavesOf(spec, ref)?.map(({ weight, objective: { doc: _, ...rest } }) => [weight, rest]));
  return new Set(cellsOf(spec, comparison).cells.map((cell) => settings(cell.pretrain.objective))).size > 1;
}

function corpusOf(cells: readonly Cell[]): string {
  const names = new Set(cells.map((cell) => cell.pretrain.corpus));
  return names.size === 1 ? [...names][0]! : "corpus";
}
