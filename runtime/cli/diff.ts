import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { fieldsOf } from "#runtime/compare/job-fields.ts";
import { type ScoreDifference, scoreDifference } from "#runtime/compare/two-runs.ts";
import type { Score } from "#runtime/contract/artifacts.ts";
import { formatP } from "#runtime/contract/describe-results.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { isOnTask } from "#runtime/contract/job-kinds.ts";
import { formatScore, formatScoreLike } from "#runtime/contract/numbers.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { readManifest } from "#runtime/runs/manifest.ts";
import type { Store } from "#runtime/runs/store.ts";
import { itemsIn } from "#runtime/scoring/items.ts";
import { asksFor } from "./asked-metrics.ts";
import type { Loaded } from "./loaded.ts";
import { print, printJson } from "./output.ts";
import { findRun, type RunTable, runTable } from "./runs.ts";

export function addDiff(program: Command): void {
  program
    .command("diff")
    .description("show how two runs differ, and their scores")
    .argument("<file>", "a .pretrain file")
    .argument("<run>", "a job by its id, the beginning of its id, or its name")
    .argument("<run>", "another")
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pretrain plan experiment.pretrain\n  $ pretrain diff experiment.pretrain pretrain-1f2e pretrain-9a0b",
    )
    .action(async (path: string, left: string, right: string, options: { json?: boolean }) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      const runs = runTable(loaded.plan().plan, loaded.store);
      const difference = diffRuns(findRun(runs, left), findRun(runs, right), runs, loaded.store);
      if (options.json) printJson(difference);
      else
        printDifference({ ...difference, scores: difference.scores.filter(({ metric }) => isShown(loaded, runs, [left, right], metric)) });
    });
}

/** Whether a metric is shown: for fine-tunings, only the metrics that their tasks list. The document has all of them. */
function isShown({ spec }: Loaded, runs: RunTable, names: readonly string[], metric: string): boolean {
  const jobs = names.map((name) => findRun(runs, name));
  return jobs.some((job) => (job.kind !== "finetune" && job.kind !== "evaluate") || asksFor(spec, job.taskName, metric));
}

interface Difference {
  left: { id: string; name: string; state: string };
  right: { id: string; name: string; state: string };
  differences: { field: string; left: unknown; right: unknown }[];
  /** `difference` is left − right on the test examples that both answered; null if it is unknown. */
  scores: {
    metric: string;
    split: string;
    left: number | null;
    right: number | null;
    /** Why a side has no score; null if both have one. */
    why: string | null;
    difference: ScoreDifference | null;
  }[];
}

export function diffRuns(left: Job, right: Job, runs: RunTable, store: Store): Difference {
  const jobOf = (id: string) => runs.get(id);
  const [leftFields, rightFields] = [left, right].map((job) => new Map([...fieldsOf(job, jobOf), ...environmentOf(job, store)])) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  const fields = [...new Set([...leftFields.keys(), ...rightFields.keys()])].sort();
  const described = (job: Job) => ({ id: job.id, name: job.name, state: store.state(job.id) });
  return {
    left: described(left),
    right: described(right),
    differences: fields
      .filter((field) => JSON.stringify(leftFields.get(field)) !== JSON.stringify(rightFields.get(field)))
      .map((field) => ({ field, left: leftFields.get(field) ?? null, right: rightFields.get(field) ?? null })),
    scores: pairScores(scoresOf(left, store), scoresOf(right, store)).map((score) => ({
      ...score,
      difference: score.split === "test" ? differenceOf(left, right, score.metric, store) : null,
    })),
  };
}

/** The environment of the last process that ran the job. */
function environmentOf(job: Job, store: Store): [string, unknown][] {
  const session = readManifest(store.runFolder(job.id))?.sessions.at(-1);
  if (!session) return [];
  const { pretrain, node, platform, host, engine } = session;
  const { reason: _, ...chosen } = engine ?? {};
  return Object.entries({ pretrain, node, platform, host, ...chosen }).map(([key, value]) => [`environment.${key}`, value]);
}

function differenceOf(left: Job, right: Job, metric: string, store: Store): ScoreDifference | null {
  const [a, b] = [itemsIn(store, left.id), itemsIn(store, right.id)];
  return (a && b && scoreDifference(a, b, metric)) ?? null;
}

function scoresOf(job: Job, store: Store): Score[] {
  if (job.kind === "pretrain") return store.readResult(job)?.scores ?? [];
  if (isOnTask(job)) return store.readResult<"finetune" | "evaluate">(job)?.scores ?? [];
  return job.kind === "majority" ? (store.readResult(job)?.scores ?? []) : [];
}

function pairScores(left: readonly Score[], right: readonly Score[]): Omit<Difference["scores"][number], "difference">[] {
  const keys = new Map([...left, ...right].map((score) => [`${score.split} ${score.metric}`, score]));
  return [...keys.values()].map((like) => {
    const [a, b] = [left, right].map((scores) => scores.find(({ metric, split }) => metric === like.metric && split === like.split));
    const why = [["left", a] as const, ["right", b] as const].flatMap(([side, score]) =>
      typeof score?.value === "number" ? [] : [`${side}: ${whyNone(score)}`],
    );
    return {
      metric: like.metric,
      split: like.split,
      left: a?.value ?? null,
      right: b?.value ?? null,
      why: why.length > 0 ? why.join("; ") : null,
    };
  });
}

function whyNone(score: Score | undefined): string {
  return score ? (score.undefined ?? "it is not a finite number") : "the run has no such score, or is not done";
}

function printDifference({ left, right, differences, scores }: Difference): void {
  print(
    alignedRows(
      ["", "left", "right"],
      [
        ["run", left.id, right.id],
        ["name", left.name, right.name],
        ["state", left.state, right.state],
      ],
      "left",
    ),
  );
  if (differences.length === 0) print("\nboth runs compute the same");
  else
    print(
      `\n${alignedRows(
        ["differs in", "left", "right"],
        differences.map((row) => [row.field, shown(row.left), shown(row.right)]),
        "left",
      )}`,
    );
  const score = (metric: string, value: number | null) => (value === null ? "–" : formatScore(metric, value));
  const rows = scores.map(({ split, metric, left, right, why, difference }) => [
    withDirection(`${split} ${metric}`, metric),
    score(metric, left),
    score(metric, right),
    difference ? differenceText(metric, difference) : why === null ? "" : `none: ${why}`,
  ]);
  if (rows.length > 0) print(`\n${alignedRows(["score", "left", "right", "left − right"], rows, "left")}`);
  if (scores.some(({ difference }) => difference))
    print("\nintervals are over test examples; they do not include the variation between seeds");
}

function differenceText(metric: string, { difference, low, high, p }: ScoreDifference): string {
  const uncertainty = (high - low) / 4;
  const shown = [difference, low, high].map((value) => formatScoreLike(metric, value, difference, uncertainty));
  return `${shown[0]} (95% interval ${shown[1]} to ${shown[2]}${p === null ? "" : `, p ${formatP(p)}`})`;
}

function shown(value: unknown): string {
  return value === null ? "–" : String(value);
}
