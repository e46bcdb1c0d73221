import { describeLearned, describeUnlearned, saysWhat } from "#runtime/contract/describe-learning.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { formatBytes, formatCount, formatFlops, formatRoughly } from "#runtime/contract/numbers.ts";
import type { Change, Measured, Outline, OutlineDeclaration, OutlinePlan, Range } from "#server/protocol.ts";
import { hasBegun, notLearned, type Run, type WatchedStore, writesText } from "../runs/model.ts";
import type { PlanProgress } from "../status/plan-progress.ts";
import { outcomeOf, outcomeText, type Status, statusOf } from "../status/status.ts";
import { ago, bar, leftText, speed } from "../status/status-numbers.ts";

/** A lens: one item of the line above a declaration. */
export interface Lens {
  range: Range;
  title: string;
  tooltip?: string;
  /** Absent if the lens only shows text. */
  command?: LensCommand;
  /** Name of the declaration. */
  name: string;
}

export type LensCommand =
  | "run"
  | "stop"
  | "showPlan"
  | "open"
  | "previewObjective"
  | "downloadModel"
  | "generate"
  | "showChanges"
  | "showProblems"
  | "manageTrust";

export interface LensContext {
  outline: Outline;
  /** The outline's file, as the command line takes it. */
  file: string;
  store: WatchedStore;
  /** By declaration: how the present text differs from its last run. */
  changes: ReadonlyMap<string, readonly Change[]>;
  now: number;
  /** Why nothing can run here; null if runs are possible. */
  noRunning: string | null;
}

/** The lenses above the declarations of a file. */
export function lensesOf(context: LensContext): Lens[] {
  return context.outline.declarations.flatMap((declaration) => {
    const { range, name } = declaration;
    return lensesAbove(declaration, context).map((lens) => ({ range, name, ...lens }));
  });
}

type Part = Omit<Lens, "range" | "name">;

function lensesAbove(declaration: OutlineDeclaration, context: LensContext): Part[] {
  if (declaration.runnable) return runnableLenses(declaration, context);
  const previews: Part[] =
    declaration.kind === "objective" && context.noRunning === null && context.outline.stale
      ? [blocked("Preview")]
      : declaration.kind === "objective" && context.noRunning === null && declaration.errors === 0
        ? [
            {
              title: "$(open-preview) Preview",
              tooltip: "The model's inputs and targets on the declared corpus",
              command: "previewObjective",
            },
          ]
        : [];
  const download: Part[] =
    declaration.download && context.noRunning === null
      ? [
          {
            title: `$(cloud-download) Download ${declaration.download}`,
            tooltip: "From the Hugging Face hub, into the cache that Python uses too",
            command: "downloadModel",
          },
        ]
      : [];
  const measured: Part[] = declaration.measured ? [{ title: measuredText(declaration.measured) }] : [];
  return [...previews, ...download, ...measured];
}

function runnableLenses(declaration: OutlineDeclaration, context: LensContext): Part[] {
  const status = statusOf(declaration, context.file, context.store, context.now);
  if (status.state === "running") return runningLenses(status);
  const plan: Part[] =
    declaration.plan && context.noRunning === null && !context.outline.stale
      ? [{ title: "Plan", tooltip: "The jobs and their costs", command: "showPlan" }]
      : [];
  const open: Part[] = hasCurves(declaration, status, context.store)
    ? [{ title: "$(graph) Open", tooltip: "Curves and scores", command: "open" }]
    : [];
  if (declaration.errors > 0 && !context.outline.stale) return [problemsLens(declaration), ...doneText(status, context), ...open];
  return [
    ...actionLens(declaration, status, context),
    ...doneText(status, context),
    ...open,
    ...generateLens(status, context),
    ...plan,
    ...costText(declaration.plan, status),
  ];
}

function actionLens({ name }: OutlineDeclaration, { state }: Status, { noRunning, outline }: LensContext): Part[] {
  if (state === "done") return [];
  if (noRunning !== null)
    return [{ title: `$(circle-slash) ${noRunning}`, ...(noRunning.includes("Restricted") ? { command: "manageTrust" as const } : {}) }];
  if (state === "unknown") return [];
  // the lenses show an earlier text; the saved one would not run
  if (outline.stale) return [blocked(state === "stopped" ? "Continue" : "Run")];
  if (state === "stopped") return [{ title: "$(debug-continue) Continue", tooltip: `Continue ${name} where it stopped`, command: "run" }];
  if (state === "failed") return [{ title: "$(play) Run again", tooltip: "Continue from the last checkpoint", command: "run" }];
  return [{ title: "$(play) Run", tooltip: `Run the missing jobs of ${name}`, command: "run" }];
}

function blocked(action: string): Part {
  return { title: `$(error) ${action}: the text has errors to fix first`, command: "showProblems" };
}

function generateLens(status: Status, { noRunning }: LensContext): Part[] {
  if (status.state !== "done" || !writesText(status.run) || noRunning !== null) return [];
  return [{ title: "Generate", tooltip: "Text from this model", command: "generate" }];
}

function doneText(status: Status, { changes, now }: LensContext): Part[] {
  switch (status.state) {
    case "done":
      return [
        {
          title: `$(${notLearned(status.run).length > 0 ? "warning" : "check"}) ${outcomeOf(status)} · ${ago(status.run.ended ?? now, now)}`,
          ...tooltipOf(notLearned(status.run).map(describeUnlearned)),
          command: "open",
        },
      ];
    case "failed":
      return [
        {
          title: `$(error) ${firstLine(status.run.message ?? "failed")}`,
          tooltip: `${status.run.name}: ${status.run.message ?? ""}`,
          command: "open",
        },
      ];
    case "stopped":
      return [{ title: `$(debug-pause) ${haltedText(status.progress)}` }, ...staleText(status.earlier, changes)];
    case "new":
      return staleText(status.earlier, changes);
    default:
      return [];
  }
}

/** `perplexity 61.3 is stale: learning_rate was 1e-3`. */
function staleText(earlier: Run | undefined, changes: LensContext["changes"]): Part[] {
  if (!earlier) return [];
  const known = changes.get(earlier.id) ?? [];
  const [first, ...more] = known;
  const why = first ? `: ${first.setting} changed (was ${first.was})${more.length > 0 ? ` and ${more.length} more` : ""}` : "";
  const tooltip = known.map(({ setting, was, is }) => `${setting}: ${was} → ${is}`).join("\n");
  return [{ title: `$(history) stale${why} · was ${outcomeText(earlier)}`, ...(tooltip ? { tooltip } : {}), command: "showChanges" }];
}

function runningLenses({ progress, session }: Extract<Status, { state: "running" }>): Part[] {
  const stop: Part = { title: "$(debug-stop) Stop", tooltip: "Stop after the current step; Continue resumes from there", command: "stop" };
  return [
    ...(session || progress.running.some(({ pid }) => pid !== undefined) ? [stop] : []),
    { title: runningText(progress), ...runningTooltip(progress), command: "open" },
    { title: "$(graph) Chart", tooltip: "Live curves", command: "open" },
  ];
}

/** `▰▰▰▰▰▱▱▱ 62% · training · loss 4.12 · learned 23% · 13.1k tokens/s · 3 min left`. */
export function runningText({ share, left, running, submitted, done, all }: PlanProgress): string {
  const [run] = running;
  const phase = run?.phase?.phase ?? (run?.step ? "training" : !run && submitted > 0 ? "submitted" : "starting");
  const step = run?.step;
  const parts = [
    bar(share),
    run && all > 5 && run.kind !== "compare" ? `${run.name}` : phase,
    step ? `loss ${step.loss.toFixed(2)}` : "",
    ...(run && step ? learnedTexts(run) : []),
    step ? speed(step.tokens_per_second) : "",
    all > 5 ? `${done} of ${all} jobs` : "",
    leftText(left),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** What a run learned, or what it did not. */
function learnedTexts(run: Run): string[] {
  const last = run.learning.at(-1);
  const [first] = notLearned(run);
  if (first) return [`$(warning) ${saysWhat(first)}`];
  return last ? [describeLearned(last)] : [];
}

function runningTooltip({ running }: PlanProgress): { tooltip?: string } {
  const lines = running.flatMap((run) => [
    `${run.name}: ${run.phase?.phase ?? "starting"}`,
    ...notLearned(run).map((each) => `${run.name}: ${describeUnlearned(each)}`),
  ]);
  return tooltipOf(lines);
}

function tooltipOf(lines: readonly string[]): { tooltip?: string } {
  return lines.length > 0 ? { tooltip: lines.join("\n") } : {};
}

function haltedText({ share, done, all }: PlanProgress): string {
  return `stopped at ${Math.floor(share * 100)}%${all > 5 ? `, ${done} of ${all} jobs done` : ""}`;
}

function problemsLens({ errors }: OutlineDeclaration): Part {
  return { title: `$(error) ${errors === 1 ? "1 error" : `${errors} errors`} to fix first`, command: "showProblems" };
}

/** `13.4M parameters, 5M tokens (1.9 epochs), 4.0e14 FLOPs, about 9 min on onnx`. */
function costText(plan: OutlinePlan | undefined, { state }: Status): Part[] {
  if (!plan || state === "done") return [];
  if (plan.pending) return [{ title: "reading the data…" }];
  const about = plan.estimated ? "about " : "";
  const several = plan.pretrainings > 1 ? [`${plan.pretrainings} pre-trainings`] : [];
  const tunings = plan.finetunings > 1 ? [`${plan.finetunings} fine-tunings`] : [];
  const evaluations = plan.evaluations > 1 ? [`${plan.evaluations} evaluations`] : [];
  const epochs = plan.epochs === undefined ? "" : ` (${Number(plan.epochs.toPrecision(2))} epochs)`;
  const costs = [
    ...(plan.parameters === undefined ? [] : [`${formatCount(plan.parameters)} parameters`]),
    ...(plan.tokens === undefined ? [] : [`${formatCount(plan.tokens)} tokens${epochs}`]),
    ...(plan.flops === undefined ? [] : [`${formatFlops(plan.flops)} FLOPs`]),
    ...(!plan.left?.seconds ? [] : [`about ${formatRoughly(plan.left.seconds)} on ${plan.left.engine}`]),
  ];
  const estimated = costs.length === 0 ? [] : [`${about}${costs.join(", ")}`];
  const parts = [...several, ...tunings, ...evaluations, ...estimated];
  return parts.length === 0 ? [] : [{ title: parts.join(", ") }];
}

function measuredText(measured: Measured): string {
  switch (measured.of) {
    case "corpus": {
      const files = measured.files === 1 ? "1 file" : `${measured.files.toLocaleString("en-US")} files`;
      const documents = measured.documents === undefined ? "" : `, ${measured.documents.toLocaleString("en-US")} documents`;
      return `${files}, ${formatBytes(measured.bytes)}${documents}`;
    }
    case "tokenizer":
      return `${measured.vocabulary.toLocaleString("en-US")} entries${measured.trained ? "" : ", not trained yet"}`;
    case "task": {
      const { train, validation, test } = measured.examples;
      const shown = (count: number) => count.toLocaleString("en-US");
      const labels = measured.labels.length === 0 ? "" : ` · ${measured.labels.length} labels`;
      return `${shown(train)} training examples, ${shown(validation)} for validation, ${shown(test)} for testing${labels}`;
    }
  }
}

/** Whether there are curves to show: a pre-training of the plan has begun. */
function hasCurves({ plan }: OutlineDeclaration, status: Status, store: WatchedStore): boolean {
  if (status.state === "done") return true;
  return plan?.jobs.some(({ id, kind }) => isOfModel(kind) && hasBegun(store.runs.get(id))) ?? false;
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
