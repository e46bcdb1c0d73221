import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { CompareJob, Plan } from "#runtime/contract/plan.ts";
import { type Spec, tableOf } from "#runtime/contract/spec.ts";
import { isFound } from "#runtime/contract/verdicts.ts";
import { readLooks, writeLooks } from "#runtime/runs/looks.ts";
import { jobsOf } from "./loaded.ts";

/** The specification with the seeds that `--until settled` added to its comparisons; undefined if it added none. */
export function withAddedSeeds(spec: Spec, plan: Plan, root: string): Spec | undefined {
  const grown = jobsOf(plan, "compare").flatMap((job) => {
    const looks = readLooks(root, job.id);
    return looks ? [{ name: job.comparison, looks }] : [];
  });
  if (grown.length === 0) return undefined;
  const comparisons = tableOf(
    Object.entries(spec.comparisons).map(([name, comparison]) => {
      const found = grown.find((each) => each.name === name);
      return [
        name,
        found ? { ...comparison, seeds: seedsFrom(comparison.seeds, found.looks.seeds.at(-1)!), looks: found.looks } : comparison,
      ];
    }),
  );
  return { ...spec, comparisons };
}

/** `count` seeds: those of the text, then the next whole numbers. */
function seedsFrom(declared: readonly number[], count: number): number[] {
  const seeds = [...declared];
  for (let next = Math.max(...declared) + 1; seeds.length < count; next++) seeds.push(next);
  return seeds;
}

/** Starts or continues the interim analyses of a comparison. `most`, the number of seeds at the final one, is fixed by the first. */
export function beginLooks(root: string, declared: CompareJob, most: number): void {
  if (readLooks(root, declared.id)) return;
  writeLooks(root, declared.id, { seeds: [seedCount(declared)], most: Math.max(most, seedCount(declared)) });
}

/** Adds a seed; false if the maximum is reached. */
export function lookAgain(root: string, declared: CompareJob): boolean {
  const looks = readLooks(root, declared.id);
  const last = looks?.seeds.at(-1);
  if (!looks || last === undefined || last >= looks.most) return false;
  writeLooks(root, declared.id, { ...looks, seeds: [...looks.seeds, last + 1] });
  return true;
}

export function seedCount(job: CompareJob): number {
  return job.cells[0]?.runs.length ?? 0;
}

/** Whether every pair of cells has a verdict and every expectation an answer. */
export function isSettled({ verdicts, expectations, summary }: ComparisonResult): boolean {
  const baselines = new Set(summary.filter(({ baseline }) => baseline).map(({ cell }) => cell));
  const open = verdicts.filter(({ right, verdict }) => !baselines.has(right) && !isFound({ verdict }));
  return open.length === 0 && expectations.every(({ answer }) => answer !== "undecided");
}
