import { groupBy } from "#runtime/contract/group.ts";
import { isOnTask } from "#runtime/contract/job-kinds.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Runs } from "./arms.ts";

/** The distinct notes of all jobs that a comparison depends on, each with the names of the jobs that noted it. */
export function notesOf(job: Pick<CompareJob, "after">, runs: Runs): { text: string; jobs: string[] }[] {
  const noted = [...inputsOf(job, runs)].flatMap((id) =>
    runs.notes(id).map((note) => {
      const found = runs.job(id);
      // many models have the same task
      const of = found && isOnTask(found) ? found.taskName : (found?.name ?? id);
      return { id, text: `${of}: ${note}` };
    }),
  );
  return [...groupBy(noted, ({ text }) => text)].map(([text, of]) => ({ text, jobs: of.map(({ id }) => id) }));
}

/** Ids of all jobs that a job depends on, directly or indirectly. */
function inputsOf({ after }: Pick<CompareJob, "after">, runs: Runs): Set<string> {
  const found = new Set(after);
  for (const id of found) for (const input of runs.job(id)?.after ?? []) found.add(input);
  return found;
}
