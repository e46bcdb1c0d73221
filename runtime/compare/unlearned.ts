import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { nameOfLoss, saysWhat } from "#runtime/contract/describe-learning.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { learnedNothing, trainedBy, unlearned } from "#runtime/contract/learning.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Runs } from "./arms.ts";

export type UnlearnedCell = NonNullable<ComparisonResult["unlearned"]>[number];

/** What the cells of a comparison did not learn, in at least half of their pre-training seeds. */
export function unlearnedCells(job: CompareJob, runs: Runs): UnlearnedCell[] {
  return job.cells.flatMap(({ cell, runs: seeds }) => {
    const judged = seeds.flatMap(({ seed, pretrain }) => {
      const [result, trained] = [runs.result(pretrain), runs.job(pretrain)];
      // results of earlier versions say nothing of it
      if (!result || !("learning" in result) || !result.learning || trained?.kind !== "pretrain") return [];
      const by = trainedBy(trained);
      return [{ seed, nothing: learnedNothing(result.learning, by), found: unlearned(result.learning, by) }];
    });
    const isMost = (count: number) => 2 * count >= judged.length;
    const whole = judged.length > 0 && isMost(judged.filter(({ nothing }) => nothing).length);
    const found = judged.flatMap(({ seed, found }) => found.map((each) => ({ seed, each })));
    return [...groupBy(found, ({ each }) => nameOfLoss(each)).values()]
      .filter((same) => isMost(same.length))
      .map((same): UnlearnedCell => {
        const { decides, ...first } = same[0]!.each;
        return { cell, ...first, seeds: same.map(({ seed }) => seed), of_seeds: judged.length, whole: whole && decides };
      });
  });
}

/** The sentences about what was not learned, cells that learned nothing first. */
export function describeUnlearnedCells(cells: readonly UnlearnedCell[]): string[] {
  return cells
    .toSorted((a, b) => Number(b.whole) - Number(a.whole))
    .map((each) => {
      const { cell, advice, seeds, of_seeds, whole } = each;
      const inSeeds = of_seeds === 1 ? "" : `, in ${seeds.length} of ${of_seeds} seeds`;
      return `${cell}${whole ? " did not learn" : ""}: ${saysWhat(each)}${inSeeds}. What usually helps: ${advice}`;
    });
}

/** Why no difference of a cell is a finding, as the end of a sentence: `rtd did not learn (…)`; undefined if it learned. */
export function whyUnlearned(cell: string, cells: readonly UnlearnedCell[]): string | undefined {
  const found = cells.find((each) => each.cell === cell && each.whole);
  return found && `${cell} did not learn (${saysWhat(found)})`;
}
