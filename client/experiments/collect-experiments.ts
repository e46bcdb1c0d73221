import { titled } from "#runtime/contract/doc-text.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { markdownRow, markdownText } from "#runtime/contract/markdown-text.ts";
import { describeMissing } from "#runtime/contract/missing-score.ts";
import type { Outline, OutlineDeclaration } from "#server/protocol.ts";
import { hasBegun, isWorking, type Run, type RunState, type WatchedStore } from "../runs/model.ts";
import { outcomeOf, outcomeText, type Status, statusOf } from "../status/status.ts";
import { ago } from "../status/status-numbers.ts";

/** A row of the view. */
export interface TreeNode {
  /** Identifies the row across updates. */
  id: string;
  label: string;
  description: string;
  tooltip?: string;
  icon: NodeIcon;
  /** Conditions for menu entries in package.json. */
  can: readonly ("runnable" | "running" | "openable" | "comparable" | "declared" | "stored" | "scored" | "deletable")[];
  children: TreeNode[];
  expanded?: boolean;
  /** The declaration or run of the row. */
  uri?: string;
  name?: string;
  store: string;
  run?: string;
}

export type NodeIcon = RunState | "stale" | "broken" | "file" | "folder";

export interface TreeInput {
  outline: Outline;
  /** The file as the command line takes it, and the name that people use. */
  file: string;
  shownFile: string;
  store: WatchedStore;
}

/** The rows of the view: experiments, their jobs, and the jobs' runs. Runs that belong to no declaration come last. */
export function experimentTree(inputs: readonly TreeInput[], now: number): TreeNode[] {
  const files = inputs
    .filter(({ outline }) => outline.declarations.some(({ runnable }) => runnable))
    .map((input): TreeNode => {
      const experiments = input.outline.declarations.filter(({ runnable }) => runnable).map((each) => experimentNode(each, input, now));
      return {
        id: input.outline.uri,
        label: input.shownFile,
        description: "",
        icon: "file",
        can: [],
        children: experiments,
        expanded: true,
        uri: input.outline.uri,
        store: input.store.root,
      };
    });
  const [only] = files;
  const shown = files.length === 1 && only ? only.children : files;
  return [...shown, ...strayRuns(inputs, now)];
}

function experimentNode(declaration: OutlineDeclaration, { outline, file, store }: TreeInput, now: number): TreeNode {
  const { name, plan, errors } = declaration;
  const status = statusOf(declaration, file, store, now);
  const id = `${outline.uri} ${name}`;
  const running = status.state === "running";
  const jobs = plan?.jobs ?? [];
  const started = jobs.some(({ id: job }) => hasBegun(store.runs.get(job)));
  return {
    id,
    label: name,
    description: statusText(status, now),
    // a narrow view cuts off the description
    tooltip: [`${declaration.kind} ${name}`, statusText(status, now), declaration.doc ?? ""].filter(Boolean).join("\n\n"),
    icon: errors > 0 ? "broken" : iconOf(status),
    can: [
      "declared",
      ...(running
        ? (["running"] as const)
        : errors === 0 && !outline.stale && status.state !== "done" && status.state !== "unknown"
          ? (["runnable"] as const)
          : []),
      ...(started || status.state === "done" ? (["openable"] as const) : []),
      ...(status.state === "done" ? (["scored"] as const) : []),
    ],
    children: jobs.map((job) => jobNode(job, id, store, now)),
    uri: outline.uri,
    name,
    store: store.root,
    ...(status.state === "done" ? { run: status.run.id } : {}),
  };
}

/** A job of the plan, with its run and earlier runs of the same name. */
function jobNode(
  { id, kind, name }: { id: string; kind: Run["kind"]; name: string },
  parent: string,
  store: WatchedStore,
  now: number,
): TreeNode {
  const run = store.runs.get(id);
  const earlier = [...store.runs.values()]
    .filter((each) => each.kind === kind && each.name === name && each.id !== id)
    .sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0));
  const children = earlier.map((each) => runNode(each, `${parent} ${id}`, store.root, now, "stale"));
  const label = `${kind}: ${name}`;
  if (!run) return { id: `${parent} ${id}`, label, description: "", icon: "new", can: [], children, store: store.root };
  return { ...runNode(run, parent, store.root, now), id: `${parent} ${id}`, label, children };
}

function runNode(run: Run, parent: string, store: string, now: number, icon: NodeIcon = run.state): TreeNode {
  const trained = isOfModel(run.kind);
  return {
    id: `${parent} ${run.id} run`,
    label: run.id,
    description: runText(run, now),
    ...(run.message ? { tooltip: run.message } : { tooltip: `${run.kind} ${run.name}\n${run.id}` }),
    icon,
    can: [
      "stored",
      ...((trained && hasBegun(run)) || run.comparison ? (["openable"] as const) : []),
      ...(trained && run.state === "done" ? (["comparable"] as const) : []),
      ...(run.state === "done" ? (["scored"] as const) : []),
      ...(isWorking(run) ? [] : (["deletable"] as const)),
    ],
    children: [],
    store,
    run: run.id,
  };
}

/** Runs of declarations that no longer exist. */
function strayRuns(inputs: readonly TreeInput[], now: number): TreeNode[] {
  const stores = new Map(inputs.map(({ store }) => [store.root, store]));
  return [...stores.values()].flatMap((store) => {
    const here = inputs.filter((input) => input.store.root === store.root).flatMap(({ outline }) => outline.declarations);
    const jobs = here.flatMap(({ plan }) => plan?.jobs ?? []);
    const known = new Set([...jobs.map(({ id }) => id), ...jobs.map(({ kind, name }) => `${kind} ${name}`)]);
    // while a plan is unknown, no run can be said to belong to no text
    if (here.some(({ runnable, plan }) => runnable && (!plan || plan.pending))) return [];
    const stray = [...store.runs.values()].filter(({ id, kind, name }) => !known.has(id) && !known.has(`${kind} ${name}`));
    if (stray.length === 0) return [];
    const id = `stray ${store.root}`;
    const children = stray.map((run) => ({ ...runNode(run, id, store.root, now), label: `${run.kind}: ${run.name}` }));
    return [
      {
        id,
        label: "Other runs",
        description: `${stray.length}, of earlier texts`,
        icon: "folder" as const,
        can: [],
        children,
        store: store.root,
      },
    ];
  });
}

function statusText(status: Status, now: number): string {
  switch (status.state) {
    case "running":
      return `${Math.floor(status.progress.share * 100)}%`;
    case "done":
      return `${outcomeOf(status)} · ${ago(status.run.ended ?? now, now)}`;
    case "stopped":
      return `stopped, ${status.progress.done} of ${status.progress.all} jobs done`;
    case "failed":
      return "failed";
    case "new":
      return status.earlier ? `stale: was ${outcomeText(status.earlier)}` : "";
    default:
      return "";
  }
}

function iconOf(status: Status): NodeIcon {
  if (status.state === "unknown") return "new";
  return status.state === "new" && status.earlier ? "stale" : status.state;
}

function runText(run: Run, now: number): string {
  if (run.state === "done") {
    const scores = run.scores.length > 0 || run.comparison ? outcomeText(run) : "done";
    return run.ended === undefined ? scores : `${scores} · ${ago(run.ended, now)}`;
  }
  if (run.state === "running")
    return run.step ? `step ${run.step.step}, loss ${run.step.loss.toFixed(2)}` : (run.phase?.phase ?? "running");
  return run.state === "new" ? "" : run.state;
}

/** A run or a comparison as a Markdown table. */
export function scoresAsMarkdown(run: Run): string {
  const { comparison } = run;
  if (comparison) {
    const rows = comparison.summary.map(({ cell, task, metric, n, mean, low, high }) => {
      const interval = low === null || high === null ? "" : `${shown(low)} to ${shown(high)}`;
      return markdownRow([cell, `${task}.${metric}`, shown(mean), interval, String(n)]);
    });
    return [
      `**${markdownText(titled(comparison.question ?? comparison.comparison).title)}**`,
      "",
      "| | score | mean | 95% interval | n |",
      "| --- | --- | ---: | --- | ---: |",
      ...rows,
      "",
      ...describeMissing(comparison).map((line) => `- ${markdownText(line)}`),
    ].join("\n");
  }
  const rows = run.scores.map(({ metric, value, undefined: reason, split, n }) =>
    markdownRow([split, metric, value === null ? `undefined: ${reason}` : shown(value), String(n)]),
  );
  return [
    `**${markdownText(run.name)}** (\`${run.id}\`)`,
    "",
    "| split | metric | value | n |",
    "| --- | --- | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
