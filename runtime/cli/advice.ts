import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { formatCount } from "#runtime/contract/numbers.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { fewestSeeds, isFound } from "#runtime/contract/verdicts.ts";

/** What to do after a comparison, from what it found: at most four lines. */
export function nextSteps(result: ComparisonResult, job: CompareJob, file: string): string[] {
  return [
    ...aboutSeeds(result, job, file),
    ...aboutScratch(result, job),
    ...aboutBudget(job),
    `pretrain results ${file} ${result.comparison} shows this again; --json for other programs`,
  ].slice(0, 4);
}

/** Tokens a parameter that a large model wants for its compute (Hoffmann et al. 2022, Training Compute-Optimal Large Language Models, table 3). */
const wantedTokensPerParameter = 20;

function aboutSeeds(result: ComparisonResult, job: CompareJob, file: string): string[] {
  const seeds = Math.min(...job.cells.map((cell) => cell.runs.length));
  const undecided = result.verdicts.filter((verdict) => !isFound(verdict));
  if (undecided.length === 0 || (job.looks && seeds >= job.looks.most)) return [];
  if (seeds < fewestSeeds) {
    return [
      `seeds: 1..5: with ${seeds} ${seeds === 1 ? "seed" : "seeds"} none of the ${result.verdicts.length} pairs has a verdict; what is done is not run again`,
    ];
  }
  const more = undecided.map(({ more_seeds }) => more_seeds).filter((each) => each !== null);
  if (more.length === 0) return [];
  return [
    `pretrain run ${file} ${result.comparison} --until settled: adds seeds, and counts that it looked before; about ${Math.min(...more)} more may settle a pair`,
  ];
}

function aboutScratch(result: ComparisonResult, job: CompareJob): string[] {
  const held = result.verdicts.filter(({ right }) => right.startsWith("scratch"));
  // where nothing could be said, nothing was found either way
  if (!held.some(({ verdict }) => verdict !== "no verdict") || held.some(({ verdict }) => verdict === "better")) return [];
  const tokens = Math.max(...job.cells.map((cell) => cell.matched.tokens));
  return [`a larger budget or corpus: no pre-training of ${formatCount(tokens)} tokens was found better than scratch`];
}

function aboutBudget(job: CompareJob): string[] {
  const leanest = Math.min(
    ...job.cells.map((cell) => cell.matched.tokens / Math.max(1, cell.matched.parameters - cell.matched.embeddings)),
  );
  if (!(leanest < wantedTokensPerParameter)) return [];
  return [
    `a larger budget or a smaller model: ${Number(leanest.toPrecision(2))} tokens for each parameter outside the embeddings; about ${wantedTokensPerParameter} are usual`,
  ];
}
