import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { canonical } from "./fingerprint.ts";
import { leavesOf } from "./resolve.ts";

/**
 * What a comparison without fine-tuning shows of its cells: every score that some cell's objective has on the corpus, those
 * that a probability of the text is behind first. Its `task` is the corpus.
 */
export function scoresOf(spec: Spec, comparison: string): { task: string; metrics: string[] }[] {
  const { cells } = cellsOf(spec, comparison);
  const kinds = new Set(cells.flatMap((cell) => leavesOf(spec, cell.pretrain.objective) ?? []).map((leaf) => leaf.objective.kind));
  const metrics = [
    ...(kinds.has("causal") ? ["bits_per_byte", "perplexity"] : []),
    ...(kinds.has("masked") ? ["pseudo_perplexity"] : []),
    "loss",
  ];
  return [{ task: corpusOf(cells), metrics }];
}

export function objectivesDiffer(spec: Spec, comparison: string): boolean {
  const settings = (ref: Ref) => canonical(leavesOf(spec, ref)?.map(({ weight, objective: { doc: _, ...rest } }) => [weight, rest]));
  return new Set(cellsOf(spec, comparison).cells.map((cell) => settings(cell.pretrain.objective))).size > 1;
}

function corpusOf(cells: readonly Cell[]): string {
  const names = new Set(cells.map((cell) => cell.pretrain.corpus));
  return names.size === 1 ? [...names][0]! : "corpus";
}
