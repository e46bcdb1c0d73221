import { join } from "node:path";
import type * as vscode from "vscode";
import { describeUnlearned } from "#runtime/contract/describe-learning.ts";
import { notLearned, type Run, type WatchedStore } from "../runs/model.ts";
import { type EventFile, openEventFile } from "../runs/read-run-files.ts";
import type { Stores } from "../runs/stores.ts";
import type { CurveRun, ToPage } from "../webviews/page-messages.ts";
import { pointCollector } from "./points.ts";

/** Sends the points of some runs to a page, and further points as they are written. */
export function sendCurves(
  stores: Stores,
  root: string,
  title: string,
  which: (store: WatchedStore) => CurveRun[],
  send: (message: ToPage) => void,
): vscode.Disposable {
  const files = new Map<string, { file: EventFile; collect: ReturnType<typeof pointCollector> }>();
  let disposed = false;
  let reading = false;
  let again = false;
  let sent = "";
  const update = async () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    do {
      again = false;
      const runs = which(stores.get(root));
      const described = JSON.stringify(runs);
      if (described !== sent) send({ type: "curves", title, runs });
      sent = described;
      for (const { id } of runs) await sendFresh(id);
    } while (again && !disposed);
    reading = false;
  };
  const sendFresh = async (id: string) => {
    const known = files.get(id) ?? { file: openEventFile(join(root, "runs", id, "events.jsonl")), collect: pointCollector() };
    files.set(id, known);
    for await (const events of known.file.read()) {
      if (disposed) return;
      const { points, evaluations } = known.collect(events);
      if (points.step.length > 0) send({ type: "points", run: id, points });
      if (evaluations.length > 0) send({ type: "evaluations", run: id, evaluations });
    }
  };
  const listening = stores.onChange(({ store }) => {
    if (store.root === root) void update();
  });
  void update();
  return {
    dispose() {
      disposed = true;
      listening.dispose();
    },
  };
}

/** A training run as a page shows it. @param group runs of a group share a colour */
export function curveRun(run: Run, label: string, group: string): CurveRun | undefined {
  const { job, id, scores } = run;
  if (!("cost" in job)) return undefined;
  const steps = "steps" in job ? job.steps : null;
  const state = [stateText(run), ...notLearned(run).map(describeUnlearned)].join("; ");
  const learned = run.learning.map(({ step, parts }) => ({ step, parts }));
  return { id, label, group, state, flopsPerStep: job.cost.flopsPerStep, steps, scores, learned };
}

export function stateText({ state, message, phase }: Run): string {
  if (state === "failed") return `failed: ${message?.split("\n")[0] ?? "see its log"}`;
  return state === "running" && phase ? phase.phase : state;
}
