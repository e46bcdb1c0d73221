import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { formatCount } from "#runtime/contract/numbers.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { fewestSeeds, isUndecided } from "#runtime/contract/verdict-rules.ts";

/** Suggestions for what to do after a comparison, based on its result: at most four lines. */
export function nextSteps(result: ComparisonResult, job: CompareJob, file: string): string[] {
  return [...aboutSeeds(result, job, file), ...aboutScratch(result, job), ...aboutBudget(job)].slice(0, 4);
}

/** Compute-optimal tokens per parameter (Hoffmann et al. 2022, Training Compute-Optimal Large Language Models, table 3). */
const usualTokensPerParameter = 20;

function aboutSeeds(result: ComparisonResult, job: CompareJob, file: string): string[] {
  const seeds = Math.min(...job.cells.map((cell) => cell.runs.length));
  const undecided = result.verdicts.filter(isUndecided);
  if (undecided.length === 0 || (job.interimAnalyses && seeds >= job.interimAnalyses.max)) return [];
  if (seeds < fewestSeeds) {
    return [
      `seeds: 1..5: with ${seeds} ${seeds === 1 ? "seed" : "seeds"} none of the ${result.verdicts.length} pairs has a verdict; finished jobs are not rerun`,
    ];
  }
  const more = undecided.map(({ more_seeds }) => more_seeds).filter((each) => each !== null);
  if (more.length === 0) return [];
  return [
    `pretrain run ${file} ${result.comparison} --until settled: adds seeds, with a correction for the interim analyses; about ${Math.min(...more)} more may settle a pair`,
  ];
}

function aboutScratch(result: ComparisonResult, job: CompareJob): string[] {
  const held = result.verdicts.filter(({ right }) => right.startsWith("scratch"));
  // pairs without a verdict say nothing either way
  if (!held.some(({ verdict }) => verdict !== "no verdict") || held.some(({ verdict }) => verdict === "better")) return [];
  const tokens = Math.max(...job.cells.map((cell) => cell.matched.tokens));
  return [`a larger budget or corpus: no pre-training of ${formatCount(tokens)} tokens was found better than scratch`];
}

function aboutBudget(job: CompareJob): string[] {
  const leanest = Math.min(
    ...job.cells.map((cell) => cell.matched.tokens / Math.max(1, cell.matched.parameters - cell.matched.embeddings)),
  );
  if (!(leanest < usualTokensPerParameter)) return [];
  return [
    `a larger budget or a smaller model: ${Number(leanest.toPrecision(2))} tokens per parameter outside the embeddings; about ${usualTokensPerParameter} are usual`,
  ];
}
