import type { ComparisonResult } from "./artifacts.ts";
import { groupBy } from "./group.ts";

/** A score that is missing from a comparison. */
export type MissingScore = ComparisonResult["missing"][number];

type Told = Pick<ComparisonResult, "cells" | "missing">;

/** The missing scores with their cells and seeds: one sentence per reason. */
export function describeMissing({ cells, missing }: Told): string[] {
  const finetuneSeeds = new Set([...cells, ...missing].map(({ finetune_seed }) => finetune_seed).filter((seed) => seed !== 0));
  const several = finetuneSeeds.size > 1;
  const lines = [...groupBy(missing, ({ task, metric, reason }) => JSON.stringify([task, metric, reason])).values()].map((of) => ({
    score: scoreName(of[0]!),
    who: [...groupBy(of, ({ cell }) => cell)].map(([cell, seeds]) => `${cell}${seedText(seeds, several)}`).join(", "),
    reason: of[0]!.reason,
  }));
  return [...groupBy(lines, ({ who, reason }) => JSON.stringify([who, reason])).values()].map(
    (of) => `no ${of.map(({ score }) => score).join(", ")} of ${of[0]!.who}: ${of[0]!.reason}`,
  );
}

/** Whether any run of the comparison is done, even if its score is undefined. */
export function hasResults({ summary, missing }: Pick<ComparisonResult, "summary" | "missing">): boolean {
  return summary.length > 0 || missing.some(({ done }) => done);
}

function scoreName({ task, metric }: MissingScore): string {
  return task === "" ? metric : `${task}.${metric}`;
}

/** The seeds of scores: ` (seeds 1..3, 5)`, or ` (seeds 1/1, 1/2)` with fine-tuning seeds; empty if the scores have no seeds. */
function seedText(of: readonly MissingScore[], several: boolean): string {
  const seeded = of.filter(({ seed, finetune_seed }) => seed !== 0 || finetune_seed !== 0);
  if (seeded.length === 0) return "";
  const seeds = several
    ? [...new Set(seeded.map(({ seed, finetune_seed }) => `${seed}/${finetune_seed}`))]
    : inRanges([...new Set(seeded.map(({ seed }) => seed))].sort((left, right) => left - right));
  return ` (${seeds.length === 1 && !seeds[0]!.includes("..") ? "seed" : "seeds"} ${seeds.join(", ")})`;
}

/** Consecutive numbers as ranges: `1..3`, `5`. @param numbers in ascending order */
function inRanges(numbers: readonly number[]): string[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}..${last}`));
}
