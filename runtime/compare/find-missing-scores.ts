import type { MissingScore } from "#runtime/contract/missing-score.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { lastEvent } from "#runtime/runs/event-log.ts";
import type { Store } from "#runtime/runs/store.ts";
import type { Arm, Runs } from "./arms.ts";

/** The missing scores of all arms, with the reasons. */
export function missingScores(job: CompareJob, arms: readonly Arm[], runs: Pick<Runs, "job" | "undone">): MissingScore[] {
  const metricsOf = (task: string) => job.tasks.find((each) => each.task === task)?.metrics ?? [];
  return arms.flatMap(({ name, measured, missing }) => [
    ...measured.flatMap(({ seed, finetuneSeed, task, job: id, values, reasons }) =>
      metricsOf(task).flatMap((metric): MissingScore[] => {
        if (values.has(metric)) return [];
        const reason = reasons.get(metric) ?? whyNotScored(id, runs);
        return [{ cell: name, seed, finetune_seed: finetuneSeed, task, metric, done: true, reason }];
      }),
    ),
    ...missing.flatMap(({ seed, finetuneSeed, task, jobs }) => {
      const reason = runs.undone(jobs);
      return metricsOf(task).map((metric) => ({ cell: name, seed, finetune_seed: finetuneSeed, task, metric, done: false, reason }));
    }),
  ]);
}

/** Why a finished run lacks a score that other cells have: its objective does not define it. */
function whyNotScored(id: string, runs: Pick<Runs, "job">): string {
  return runs.job(id)?.kind === "pretrain" ? "its objective has no such score" : "its run has no such score";
}

/** Why the last job of a chain has no result, as the end of a sentence. */
export function whyUndone(store: Store, jobs: readonly string[]): string {
  for (const [index, id] of jobs.entries()) {
    const what = index === jobs.length - 1 ? "its run" : "its pre-training";
    const state = store.state(id);
    const damage = store.damage(id);
    if (state === "done" && damage === undefined) continue;
    if (damage !== undefined) return `${what} has to run again: ${damage}`;
    if (state === "failed") return `${what} failed: ${failureOf(store.runFolder(id))}`;
    if (state === "submitted") return `${what} is waiting for its turn`;
    if (state === "running") return `${what} is still running`;
    if (state === "stopped") return `${what} was stopped; it resumes when it is run again`;
  }
  return "it was not run yet";
}

function failureOf(folder: string): string {
  const last = lastEvent(folder);
  return last?.event === "job-failed" ? last.message.split("\n")[0]! : "it gave no reason";
}
