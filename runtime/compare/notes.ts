import { groupBy } from "#runtime/contract/group.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Runs } from "./entrants.ts";

/** What the jobs behind a comparison noted, each note once: whose it is, and the jobs that found the same. */
export function notesOf(job: Pick<CompareJob, "after">, runs: Runs): { text: string; jobs: string[] }[] {
  const noted = [...behind(job, runs)].flatMap((id) =>
    runs.notes(id).map((note) => {
      const found = runs.job(id);
      // many models are of one task
      const of = found?.kind === "finetune" || found?.kind === "evaluate" ? found.taskName : (found?.name ?? id);
      return { id, text: `${of}: ${note}` };
    }),
  );
  return [...groupBy(noted, ({ text }) => text)].map(([text, of]) => ({ text, jobs: of.map(({ id }) => id) }));
}

/** All jobs that a job reads from, and what these read from. */
function behind({ after }: Pick<CompareJob, "after">, runs: Runs): Set<string> {
  const found = new Set(after);
  for (const id of found) for (const input of runs.job(id)?.after ?? []) found.add(input);
  return found;
}
