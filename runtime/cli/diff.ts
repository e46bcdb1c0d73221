import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/table.ts";
import type { Score } from "#runtime/contract/artifacts.ts";
import { formatScore } from "#runtime/contract/numbers.ts";
import type { Job } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/store/store.ts";
import { print, printJson } from "./output.ts";
import { findRun, type RunTable, runTable } from "./runs.ts";

export function addDiff(program: Command): void {
  program
    .command("diff")
    .description("what two runs differ in, and how they scored")
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
      else printDifference(difference);
    });
}

interface Difference {
  left: { id: string; name: string; state: string };
  right: { id: string; name: string; state: string };
  differences: { field: string; left: unknown; right: unknown }[];
  scores: { metric: string; split: string; left: number | null; right: number | null }[];
}

export function diffRuns(left: Job, right: Job, runs: RunTable, store: Store): Difference {
  const [leftFields, rightFields] = [fieldsOf(left, runs), fieldsOf(right, runs)];
  const fields = [...new Set([...leftFields.keys(), ...rightFields.keys()])].sort();
  const described = (job: Job) => ({ id: job.id, name: job.name, state: store.state(job.id) });
  return {
    left: described(left),
    right: described(right),
    differences: fields
      .filter((field) => JSON.stringify(leftFields.get(field)) !== JSON.stringify(rightFields.get(field)))
      .map((field) => ({ field, left: leftFields.get(field) ?? null, right: rightFields.get(field) ?? null })),
    scores: pairScores(scoresOf(left, store), scoresOf(right, store)),
  };
}

/** What a job computes, field by field, with the jobs it reads written in place. */
function fieldsOf(job: Job, runs: RunTable): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const visit = (path: string, value: unknown) => {
    const input = typeof value === "string" ? runs.get(value) : undefined;
    if (input) visitJob(path, input);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(path === "" ? key : `${path}.${keyOf(key, inner)}`, inner);
    } else fields.set(path, value);
  };
  const visitJob = (path: string, { id: _, name: __, after: ___, fingerprint: ____, ...computed }: Job) => visit(path, computed);
  visitJob("", job);
  return fields;
}

/** Files are told apart by their path, not by their place in the list. */
function keyOf(key: string, value: unknown): string {
  return typeof value === "object" && value !== null && "path" in value ? String(value.path) : key;
}

function scoresOf(job: Job, store: Store): Score[] {
  if (job.kind === "pretrain") return store.readResult(job)?.scores ?? [];
  if (job.kind === "finetune") return store.readResult(job)?.scores ?? [];
  return job.kind === "majority" ? (store.readResult(job)?.scores ?? []) : [];
}

function pairScores(left: readonly Score[], right: readonly Score[]): Difference["scores"] {
  const keys = new Map([...left, ...right].map((score) => [`${score.split} ${score.metric}`, score]));
  const valueIn = (scores: readonly Score[], like: Score) =>
    scores.find((score) => score.metric === like.metric && score.split === like.split)?.value ?? null;
  return [...keys.values()].map((score) => ({
    metric: score.metric,
    split: score.split,
    left: valueIn(left, score),
    right: valueIn(right, score),
  }));
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
  if (differences.length === 0) print("\nboth compute the same");
  else
    print(
      `\n${alignedRows(
        ["differs in", "left", "right"],
        differences.map((row) => [row.field, shown(row.left), shown(row.right)]),
        "left",
      )}`,
    );
  const score = (metric: string, value: number | null) => (value === null ? "–" : formatScore(metric, value));
  const rows = scores.map(({ split, metric, left, right }) => [`${split} ${metric}`, score(metric, left), score(metric, right)]);
  if (rows.length > 0) print(`\n${alignedRows(["score", "left", "right"], rows, "left")}`);
}

function shown(value: unknown): string {
  return value === null ? "–" : String(value);
}
