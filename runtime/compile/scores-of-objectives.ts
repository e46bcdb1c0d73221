import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { likelihoodMetrics } from "#runtime/objectives/objective.ts";
import { likelihoodOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { canonical } from "./fingerprint.ts";
import { leavesOf, resolveArchitecture } from "./resolve.ts";

/**
 * The scores of a comparison without fine-tuning: every score that some cell has on the corpus, with those based on the probability of the
 * text first. Their `task` is the corpus. Empty if no cell's objective reads text.
 */
export function scoresOf(spec: Spec, comparison: string): { task: string; metrics: string[] }[] {
  const { cells } = cellsOf(spec, comparison);
  const scored = cells.flatMap(({ pretrain }) => {
    const objective = scoredPart(spec, pretrain.objective);
    const model = spec.models[pretrain.model];
    return objective ? [likelihoodOf(objective, model && resolveArchitecture(spec, model, pretrain.objective))?.kind] : [];
  });
  if (scored.length === 0) return [];
  const metrics = (["chain", "pseudo"] as const).flatMap((kind) => (scored.includes(kind) ? likelihoodMetrics[kind] : []));
  return [{ task: corpusOf(cells), metrics: [...metrics, "loss"] }];
}

/** The part of an objective that is scored: of several parts over text, the one with the largest share. */
function scoredPart(spec: Spec, objective: Ref): TextObjectiveSettings | undefined {
  const texts = (leavesOf(spec, objective) ?? []).flatMap(({ weight, objective: leaf }) =>
    leaf.kind === "supervised" ? [] : [{ weight, leaf }],
  );
  return texts.toSorted((left, right) => right.weight - left.weight)[0]?.leaf;
}

export function objectivesDiffer(spec: Spec, comparison: string): boolean {
  const settings = (ref: Ref) => canonical(leavesOf(spec, ref)?.map(({ weight, objective: { doc: _, ...rest } }) => [weight, rest]));
  return new Set(cellsOf(spec, comparison).cells.map((cell) => settings(cell.pretrain.objective))).size > 1;
}

function corpusOf(cells: readonly Cell[]): string {
  const names = new Set(cells.map((cell) => cell.pretrain.corpus));
  return names.size === 1 ? [...names][0]! : "corpus";
}
