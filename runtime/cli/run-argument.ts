import { jobsOf } from "#runtime/contract/jobs-of.ts";
import { nearest } from "#runtime/contract/nearest.ts";
import type { Job, JobOf } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";
import { UsageError } from "./exit.ts";
import type { Loaded } from "./loaded.ts";
import { suggestion } from "./nearest.ts";
import { shellWord, shownPath } from "./output.ts";
import { findRun, type RunTable, runTable } from "./runs.ts";

/** The run that `FILE#RUN` names: a declared pretrain, a cell of a comparison with one seed, or a run of any kind. Throws `UsageError`. */
export function runInFile(loaded: Loaded, requested: string): { store: Store; job: Job } {
  const { spec, store } = loaded;
  if (Object.hasOwn(spec.pretrainings, requested)) return { store, job: loaded.plan(requested).plan.jobs.at(-1)! };
  const { plan } = loaded.plan();
  const runs = runTable(plan, store);
  const comparisons = jobsOf(plan, "compare");
  const file = shownPath(loaded.file);
  const compared = comparisons.find(({ comparison }) => comparison === requested);
  if (compared) {
    const labels = compared.cells.map(({ cell }) => asArgument(file, cell));
    throw new UsageError(`${requested} is a comparison of several models; name a cell of it: ${listed(labels)}`);
  }
  if (isRun(runs, requested)) return { store, job: findRun(runs, requested) };
  const cells = comparisons.flatMap((comparison) => cellRuns(comparison, runs));
  // `cell`, `cell, seed 1`
  const meant = cells.filter(({ cell, job, comparison }) => cell === requested || job.name === `${comparison}: ${requested}`);
  if (meant.length === 1) return { store, job: meant[0]!.job };
  if (meant.length > 1) {
    const each = `${requested} is a cell of ${meant[0]!.comparison} and has a run for each seed`;
    throw new UsageError(`${each}; name one: ${listed(meant.map(({ job }) => asArgument(file, job.name)))}`);
  }
  const [kind] = loaded.declaredAs(requested);
  if (kind)
    throw new UsageError(
      `${requested} is declared as ${kind}, but only runs have models; name one: ${listed(theModels(loaded, cells, file))}`,
    );
  const names = [
    ...new Set([...Object.keys(spec.pretrainings), ...cells.map(({ cell }) => cell), ...[...runs.values()].map(({ name }) => name)]),
  ];
  const [near] = nearest(requested, names);
  throw new UsageError(
    `there is no run ${requested}${near === undefined ? suggestion(requested, names.slice(0, shownNames)) : `; did you mean ${asArgument(file, near)}?`}`,
  );
}

interface CellRun {
  comparison: string;
  cell: string;
  job: Job;
}

function cellRuns({ comparison, cells }: JobOf<"compare">, runs: RunTable): CellRun[] {
  return cells.flatMap(({ cell, runs: ofSeeds }) =>
    ofSeeds.flatMap(({ pretrain }) => {
      const job = runs.get(pretrain);
      return job ? [{ comparison, cell, job }] : [];
    }),
  );
}

function isRun(runs: RunTable, requested: string): boolean {
  return [...runs.values()].some(
    ({ id, name, fingerprint }) => name === requested || id.startsWith(requested) || fingerprint.startsWith(requested),
  );
}

function theModels({ spec }: Loaded, cells: readonly CellRun[], file: string): string[] {
  return [...new Set([...Object.keys(spec.pretrainings), ...cells.map(({ cell }) => cell)])].map((name) => asArgument(file, name));
}

/** `FILE#RUN`, quoted for a shell. */
function asArgument(file: string, run: string): string {
  return shellWord(`${file}#${run}`);
}

const shownNames = 8;

function listed(names: readonly string[]): string {
  return names.length > shownNames ? `${names.slice(0, shownNames).join(", ")} and ${names.length - shownNames} more` : names.join(", ");
}
