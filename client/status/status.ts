import { answersOf } from "#runtime/contract/answer.ts";
import type { ComparisonResult, RunSession } from "#runtime/contract/artifacts.ts";
import { saysWhat } from "#runtime/contract/describe-learning.ts";
import { gain } from "#runtime/contract/direction.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { describeMissing } from "#runtime/contract/missing-score.ts";
import type { JobKind } from "#runtime/contract/plan.ts";
import type { Outline, OutlineDeclaration, OutlinePlan } from "#server/protocol.ts";
import { hasBegun, isWorking, lastDone, notLearned, type Run, type WatchedStore } from "../runs/model.ts";
import { type PlanProgress, progressOf, sessionOf } from "./plan-progress.ts";
import { mainScores, scoreText } from "./status-numbers.ts";

/** The state of a declaration's plan and runs. */
export type Status =
  /** There is no plan yet. */
  | { state: "unknown" }
  | { state: "running"; progress: PlanProgress; session?: RunSession }
  /** All done; a probe has one run for each layer. */
  | { state: "done"; run: Run; runs: Run[] }
  /** Partly done, or begun. */
  | { state: "stopped"; progress: PlanProgress; earlier?: Run }
  | { state: "failed"; run: Run; earlier?: Run }
  /** Nothing of the present text has run; an earlier text may have. */
  | { state: "new"; earlier?: Run };

/** @param file the outline's file, as the command line takes it */
export function statusOf(declaration: OutlineDeclaration, file: string, store: WatchedStore, now: number): Status {
  const { plan, name } = declaration;
  if (!plan) return { state: "unknown" };
  const session = sessionOf(store, file, name);
  const goals = plan.goals.map((id) => store.runs.get(id));
  const progress = progressOf(plan, store, session, now);
  if (session) return { state: "running", progress, session };
  if (goals.some((run) => run && isWorking(run))) return { state: "running", progress };
  const done = goals.filter((run) => run?.state === "done") as Run[];
  if (done.length > 0 && done.length === goals.length) {
    const last = done.reduce((latest, run) => ((run.ended ?? 0) > (latest.ended ?? 0) ? run : latest));
    return { state: "done", run: last, runs: done };
  }
  const earlier = earlierOf(declaration, plan, store);
  const more = earlier ? { earlier } : {};
  const runs = plan.jobs.map(({ id }) => store.runs.get(id)).filter((run) => run !== undefined);
  const failed = runs.findLast((run) => run.state === "failed");
  if (failed) return { state: "failed", run: failed, ...more };
  const begun = runs.some((run) => run.state === "stopped" && isOwnWork(run, declaration, plan));
  const partlyDone = !earlier && runs.some((run) => run.state === "done" && isOwnWork(run, declaration, plan));
  return begun || partlyDone ? { state: "stopped", progress, ...more } : { state: "new", ...more };
}

/** Whether the training is this declaration's own, not one that it starts from or shares with another declaration. */
function isOwnWork(run: Run, { name: declared }: OutlineDeclaration, plan: OutlinePlan): boolean {
  if (!hasBegun(run) || !isOfModel(run.kind)) return false;
  const isOwn = (name: string) => name === declared || name.startsWith(`${declared}: `) || name.startsWith(`${declared}, `);
  return plan.jobs.some(({ id, name }) => id === run.id && name === run.name && isOwn(name));
}

/** The result of an earlier text of the declaration. */
function earlierOf({ kind, name }: OutlineDeclaration, plan: OutlinePlan, store: WatchedStore): Run | undefined {
  const goal = plan.jobs.find(({ id }) => plan.goals.includes(id));
  const present = new Set(plan.goals);
  return lastDone(store, goal?.kind ?? (kind as JobKind), goal?.name ?? name, present);
}

/** The result of finished runs in a few words. */
export function outcomeOf({ run, runs }: Extract<Status, { state: "done" }>): string {
  return runs.length > 1 ? probeText(runs) : outcomeText(run);
}

/**
 * Results of a probe: `accuracy 71.2 ± 1.6 at layer 2 of 4`, for each model and task at the layer with the best validation score. Shows at
 * most two.
 */
function probeText(runs: readonly Run[]): string {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    if (run.job.kind !== "finetune") continue;
    const key = `${run.job.from} ${run.job.tokenizer} ${run.job.taskName}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const said = [...groups.values()].slice(0, 2).map((layers) => {
    const best = layers.reduce((first, run) => (validationScore(run) > validationScore(first) ? run : first));
    const on = groups.size > 1 && best.job.kind === "finetune" ? ` on ${best.job.taskName}` : "";
    return `${outcomeText(best)}${on} at layer ${layerOf(best)} of ${Math.max(...layers.map(layerOf))}`;
  });
  return `${said.join(", ")}${groups.size > 2 ? ` and ${groups.size - 2} more` : ""}`;
}

function layerOf({ job }: Run): number {
  return job.kind === "finetune" ? job.model.layers : 0;
}

/** The validation score of a layer, signed so that higher is better. */
function validationScore({ scores }: Run): number {
  const [main] = mainScores(scores.filter(({ split }) => split === "validation"));
  return typeof main?.value === "number" ? gain(main.metric, main.value) : Number.NEGATIVE_INFINITY;
}

/** The result of a finished run in a few words. */
export function outcomeText(run: Run): string {
  if (run.comparison) return headline(run.comparison);
  // perplexity and bits per byte describe the same model, with and without its tokenizer
  const shown = run.kind === "pretrain" ? 2 : 1;
  const scores = mainScores(run.scores).slice(0, shown).map(scoreText).join(", ") || "done";
  return [scores, ...notLearned(run).map(saysWhat)].join(" · ");
}

/** A comparison's headline: the first part of its answer on each task, the answers to its expectations, and missing scores. */
export function headline(result: ComparisonResult): string {
  const { expectations, cells, missing } = result;
  const said = answersOf(result).map(({ short }) => short);
  const answers = expectations.map(({ answer }) => answer);
  const parts = [...said, ...(answers.length === 0 ? [] : [`expectation: ${answers.join(", ")}`]), ...describeMissing({ cells, missing })];
  return parts.length === 0 ? "done" : parts.join(" · ");
}

/** All runnable declarations of an outline with their status. */
export function statusesOf(
  outline: Outline,
  file: string,
  store: WatchedStore,
  now: number,
): { declaration: OutlineDeclaration; status: Status }[] {
  return outline.declarations
    .filter(({ runnable }) => runnable)
    .map((declaration) => ({ declaration, status: statusOf(declaration, file, store, now) }));
}
