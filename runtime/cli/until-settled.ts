import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { CompareJob, Plan } from "#runtime/contract/plan.ts";
import { type Spec, tableOf } from "#runtime/contract/spec.ts";
import { isUndecided } from "#runtime/contract/verdict-rules.ts";
import { readInterimAnalyses, writeInterimAnalyses } from "#runtime/runs/interim-analyses.ts";

/** The specification with the seeds that `--until settled` added to its comparisons; undefined if it added none. */
export function withAddedSeeds(spec: Spec, plan: Plan, root: string): Spec | undefined {
  const grown = jobsOf(plan, "compare").flatMap((job) => {
    const interimAnalyses = readInterimAnalyses(root, job.id);
    return interimAnalyses ? [{ name: job.comparison, interimAnalyses }] : [];
  });
  if (grown.length === 0) return undefined;
  const comparisons = tableOf(
    Object.entries(spec.comparisons).map(([name, comparison]) => {
      const found = grown.find((each) => each.name === name);
      return [
        name,
        found
          ? {
              ...comparison,
              seeds: seedsFrom(comparison.seeds, found.interimAnalyses.seeds.at(-1)!),
              interimAnalyses: found.interimAnalyses,
            }
          : comparison,
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

/** Starts or continues the interim analyses of a comparison. `max`, the number of seeds at the final one, is fixed by the first. */
export function beginInterimAnalyses(root: string, declared: CompareJob, max: number): void {
  if (readInterimAnalyses(root, declared.id)) return;
  writeInterimAnalyses(root, declared.id, { seeds: [seedCount(declared)], max: Math.max(max, seedCount(declared)) });
}

/** Adds a seed; false if the maximum is reached. */
export function addInterimAnalysis(root: string, declared: CompareJob): boolean {
  const interimAnalyses = readInterimAnalyses(root, declared.id);
  const last = interimAnalyses?.seeds.at(-1);
  if (!interimAnalyses || last === undefined || last >= interimAnalyses.max) return false;
  writeInterimAnalyses(root, declared.id, { ...interimAnalyses, seeds: [...interimAnalyses.seeds, last + 1] });
  return true;
}

export function seedCount(job: CompareJob): number {
  return job.cells[0]?.runs.length ?? 0;
}

/** Whether every pair of cells has a verdict and every expectation an answer. */
export function isSettled({ verdicts, expectations, summary }: ComparisonResult): boolean {
  const baselines = new Set(summary.filter(({ baseline }) => baseline).map(({ cell }) => cell));
  const open = verdicts.filter((verdict) => !baselines.has(verdict.right) && isUndecided(verdict));
  return open.length === 0 && expectations.every(({ answer }) => answer !== "undecided");
}
