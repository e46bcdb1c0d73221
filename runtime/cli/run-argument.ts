import type { Job, JobOf } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";
import { UsageError } from "./exit.ts";
import { jobsOf, type Loaded } from "./loaded.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { shownPath } from "./output.ts";
import { findRun, type RunTable, runTable } from "./runs.ts";

/** The run that `FILE#RUN` names: a declared pretrain, a cell of a comparison with one seed, or a run of any kind. Throws `UsageError`. */
export function runInFile(loaded: Loaded, wanted: string): { store: Store; job: Job } {
  const { spec, store } = loaded;
  if (Object.hasOwn(spec.pretrainings, wanted)) return { store, job: loaded.plan(wanted).plan.jobs.at(-1)! };
  const { plan } = loaded.plan();
  const runs = runTable(plan, store);
  const comparisons = jobsOf(plan, "compare");
  const file = shownPath(loaded.file);
  const compared = comparisons.find(({ comparison }) => comparison === wanted);
  if (compared) {
    const labels = compared.cells.map(({ cell }) => asArgument(file, cell));
    throw new UsageError(`${wanted} is a comparison of several models; name a cell of it: ${listed(labels)}`);
  }
  if (isRun(runs, wanted)) return { store, job: findRun(runs, wanted) };
  const cells = comparisons.flatMap((comparison) => cellRuns(comparison, runs));
  // `cell`, `cell, seed 1`
  const meant = cells.filter(({ cell, job, comparison }) => cell === wanted || job.name === `${comparison}: ${wanted}`);
  if (meant.length === 1) return { store, job: meant[0]!.job };
  if (meant.length > 1) {
    const each = `${wanted} is a cell of ${meant[0]!.comparison} and has a run for each seed`;
    throw new UsageError(`${each}; name one: ${listed(meant.map(({ job }) => asArgument(file, job.name)))}`);
  }
  const [kind] = loaded.declaredAs(wanted);
  if (kind)
    throw new UsageError(
      `${wanted} is declared as ${kind}, but only runs have models; name one: ${listed(theModels(loaded, cells, file))}`,
    );
  const names = [
    ...new Set([...Object.keys(spec.pretrainings), ...cells.map(({ cell }) => cell), ...[...runs.values()].map(({ name }) => name)]),
  ];
  const near = nearest(wanted, names);
  throw new UsageError(
    `there is no run ${wanted}${near === undefined ? didYouMean(wanted, names.slice(0, shownNames)) : `; did you mean ${asArgument(file, near)}?`}`,
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

function isRun(runs: RunTable, wanted: string): boolean {
  return [...runs.values()].some(({ id, name, fingerprint }) => name === wanted || id.startsWith(wanted) || fingerprint.startsWith(wanted));
}

function theModels({ spec }: Loaded, cells: readonly CellRun[], file: string): string[] {
  return [...new Set([...Object.keys(spec.pretrainings), ...cells.map(({ cell }) => cell)])].map((name) => asArgument(file, name));
}

/** `FILE#RUN`, quoted for a shell. */
function asArgument(file: string, run: string): string {
  const argument = `${file}#${run}`;
  return /^[\w./#:-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

const shownNames = 8;

function listed(names: readonly string[]): string {
  return names.length > shownNames ? `${names.slice(0, shownNames).join(", ")} and ${names.length - shownNames} more` : names.join(", ");
}
