import type { ComparisonResult, RunSession, Verdict } from "#runtime/contract/artifacts.ts";
import { gain } from "#runtime/contract/direction.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { describeMissing } from "#runtime/contract/missing.ts";
import type { JobKind } from "#runtime/contract/plan.ts";
import { describeUndecided, isFound } from "#runtime/contract/verdicts.ts";
import { describeDifference } from "#runtime/contract/words.ts";
import type { Outline, OutlineDeclaration, OutlinePlan } from "#server/protocol.ts";
import { hasBegun, lastDone, type Run, type Store } from "../runs/model.ts";
import { mainScores, scoreText } from "./numbers.ts";
import { type Progress, progressOf, sessionOf } from "./progress.ts";

/** How things stand with what a declaration asks for. */
export type Status =
  /** There is no plan yet. */
  | { state: "unknown" }
  | { state: "running"; progress: Progress; session?: RunSession }
  /** Of a probe a run for each layer. */
  | { state: "done"; run: Run; runs: Run[] }
  /** Some of it is done or begun. */
  | { state: "stopped"; progress: Progress; earlier?: Run }
  | { state: "failed"; run: Run; earlier?: Run }
  /** Nothing of the present text has run; an earlier text may have. */
  | { state: "new"; earlier?: Run };

/** @param file the outline's file, as the command line takes it */
export function statusOf(declaration: OutlineDeclaration, file: string, store: Store, now: number): Status {
  const { plan, name } = declaration;
  if (!plan) return { state: "unknown" };
  const session = sessionOf(store, file, name);
  const goals = plan.goals.map((id) => store.runs.get(id));
  const progress = progressOf(plan, store, session, now);
  if (session) return { state: "running", progress, session };
  if (goals.some((run) => run?.state === "running")) return { state: "running", progress };
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
  const begun = runs.some((run) => run.state === "stopped" && isOwnWork(run, plan));
  const partlyDone = !earlier && runs.some((run) => run.state === "done" && isOwnWork(run, plan));
  return begun || partlyDone ? { state: "stopped", progress, ...more } : { state: "new", ...more };
}

/** Training that this declaration asked for, and not another one with which it shares a job. */
function isOwnWork(run: Run, plan: OutlinePlan): boolean {
  if (!hasBegun(run) || !isOfModel(run.kind)) return false;
  return plan.jobs.some(({ id, name }) => id === run.id && name === run.name);
}

/** What an earlier text of the declaration came to. */
function earlierOf({ kind, name }: OutlineDeclaration, plan: OutlinePlan, store: Store): Run | undefined {
  const goal = plan.jobs.find(({ id }) => plan.goals.includes(id));
  const present = new Set(plan.goals);
  return lastDone(store, goal?.kind ?? (kind as JobKind), goal?.name ?? name, present);
}

/** Of what is done, what came out in a few words. */
export function outcomeOf({ run, runs }: Extract<Status, { state: "done" }>): string {
  return runs.length > 1 ? probeText(runs) : outcomeText(run);
}

/** `accuracy 71.2 ± 1.6 at layer 2 of 4`: of each model and task the layer that is best on validation; two of them at the most. */
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

/** The higher, the better the layer. */
function validationScore({ scores }: Run): number {
  const [main] = mainScores(scores.filter(({ split }) => split === "validation"));
  return typeof main?.value === "number" ? gain(main.metric, main.value) : Number.NEGATIVE_INFINITY;
}

/** Of a run that is done, what came out in a few words. */
export function outcomeText(run: Run): string {
  if (run.comparison) return headline(run.comparison);
  // of text both say the same of the model, with and without its tokenizer
  const shown = run.kind === "pretrain" ? 2 : 1;
  return mainScores(run.scores).slice(0, shown).map(scoreText).join(", ") || "done";
}

/** The verdict that says most, of cells before one with a baseline, how the expectations were answered, and which scores there are not. */
export function headline({ verdicts, expectations, summary, cells, missing }: ComparisonResult): string {
  const baselines = new Set(summary.filter(({ baseline }) => baseline).map(({ cell }) => cell));
  const withBaseline = ({ left, right }: Verdict) => Number(baselines.has(left) || baselines.has(right));
  const [first] = verdicts.filter(isFound).sort((a, b) => withBaseline(a) - withBaseline(b) || (a.p ?? 1) - (b.p ?? 1));
  const said = first ? shortVerdict(first) : nothingFound(verdicts);
  const answers = expectations.map(({ answer }) => answer);
  const lacking = describeMissing({ cells, missing });
  return [
    ...(verdicts.length === 0 && lacking.length > 0 ? [] : [said]),
    ...(answers.length === 0 ? [] : [`expectation: ${answers.join(", ")}`]),
    ...lacking,
  ].join(" · ");
}

/** `no difference found in 9 of 9 pairs on century.accuracy`, `no verdict in 9 of 9 pairs on century.accuracy: two seeds …`. */
function nothingFound(verdicts: readonly Verdict[]): string {
  const [only, ...others] = verdicts;
  if (!only) return "done";
  if (others.length === 0) return shortVerdict(only);
  const scores = [...new Set(verdicts.map(({ task, metric }) => `${task}.${metric}`))];
  const on = scores.length === 1 ? ` on ${scores[0]}` : "";
  const reasons = [...new Set(verdicts.flatMap(({ why }) => why ?? []))];
  return `${describeUndecided(verdicts)}${on}${reasons.length === 1 ? `: ${reasons[0]}` : ""}`;
}

/** Without the p-value, and without what the design could find; where there is no verdict, why. */
function shortVerdict(verdict: Verdict): string {
  if (verdict.why !== undefined)
    return `no verdict between ${verdict.left} and ${verdict.right} on ${verdict.task}.${verdict.metric}: ${verdict.why}`;
  return describeDifference(verdict)
    .replace(/ \(95% interval ([^,)]+)[^)]*\)/, " ($1)")
    .replace(/;.*$/, "");
}

/** Every declaration of an outline that can be run, with its status. */
export function statusesOf(
  outline: Outline,
  file: string,
  store: Store,
  now: number,
): { declaration: OutlineDeclaration; status: Status }[] {
  return outline.declarations
    .filter(({ runnable }) => runnable)
    .map((declaration) => ({ declaration, status: statusOf(declaration, file, store, now) }));
}
