import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Ref, Split, TaskSpec } from "#runtime/contract/spec.ts";
import { exampleReader, type TaskExample, type TaskProblem } from "./examples.ts";
import type { TextFiles } from "./files.ts";

const splits: readonly Split[] = ["train", "validation", "test"];

/** A task as its files have it. With an error there is no task. */
export interface TaskReading {
  task: ResolvedTask | null;
  problems: Problem[];
  /** Number of examples. */
  sizes: Record<Split, number>;
}

/** Reads a task's files: its labels, their fingerprints, and what is wrong with them. `key` is the task's in the specification. */
export function resolveTask(spec: TaskSpec, key: Ref, files: TextFiles): TaskReading {
  const examplesOf = exampleReader(spec, (path) => files.read(path));
  const found = splits.map((split) => ({ split, ...examplesOf(split) }));
  const inFiles = withoutRepeats(found.flatMap(({ problems }) => problems));
  const readable = !inFiles.some(({ severity }) => severity === "error");
  const labels = sortedLabels(found[0]?.examples ?? []);
  const inExamples = readable ? [...emptySplits(found, spec), ...labelProblems(found, labels), ...overlaps(found)] : [];
  const problems = [...inFiles, ...inExamples].map(({ key: at, ...problem }): Problem => ({ ...problem, path: ["tasks", key, at] }));
  const task = problems.some(({ severity }) => severity === "error") ? null : resolved(spec, labels, files);
  const sizes = Object.fromEntries(found.map(({ split, examples }) => [split, examples.length])) as Record<Split, number>;
  return { task, problems, sizes };
}

type FoundSplit = { split: Split; examples: TaskExample[] };

function resolved(spec: TaskSpec, labels: string[], files: TextFiles): ResolvedTask {
  const { kind, train, validation, test, text, label, pool } = spec;
  const paths = [...new Set([train, validation, test].filter((value) => typeof value === "string"))];
  const inputs = paths.flatMap((path) => {
    const fingerprint = files.fingerprint(path);
    return fingerprint ? [{ path, ...fingerprint }] : [];
  });
  return { kind, train, validation, test, text, label, pool, labels, files: inputs };
}

function withoutRepeats(problems: readonly TaskProblem[]): TaskProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.key} ${problem.message}`, problem])).values()];
}

/** Numbers in the order of their values, other labels in the order of their code units. */
function sortedLabels(examples: readonly TaskExample[]): string[] {
  const labels = [...new Set(examples.map(({ label }) => label))];
  const areNumbers = labels.every((label) => label !== "" && Number.isFinite(Number(label)));
  return areNumbers ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort();
}

function emptySplits(found: readonly FoundSplit[], spec: TaskSpec): TaskProblem[] {
  return found.flatMap(({ split, examples }): TaskProblem[] => {
    if (examples.length > 0) return [];
    const remedy = typeof spec[split] === "number" ? "give it a larger share, or a file of its own" : "the shares leave it no example";
    return [{ severity: "error", code: "empty-split", message: `the ${split} split has no examples; ${remedy}`, key: split }];
  });
}

function labelProblems(found: readonly FoundSplit[], labels: readonly string[]): TaskProblem[] {
  if (labels.length === 1) {
    const message = `all training examples have the label "${labels[0]}"; there is nothing to tell apart`;
    return [{ severity: "error", code: "one-class", message, key: "label" }];
  }
  return found.slice(1).flatMap(({ split, examples }): TaskProblem[] => {
    const unknown = examples.filter(({ label }) => !labels.includes(label));
    const first = unknown[0];
    if (!first) return [];
    const message =
      `${first.id}: the label "${first.label}" does not occur in training (rows with such labels: ${unknown.length}); ` +
      `training has ${shortList(labels)}`;
    return [{ severity: "error", code: "unknown-label", message, key: split }];
  });
}

function shortList(labels: readonly string[]): string {
  const shown = labels.slice(0, 8).map((label) => `"${label}"`);
  return labels.length > shown.length ? `${shown.join(", ")} and ${labels.length - shown.length} more` : shown.join(", ");
}

/** Real data sets have some: a warning, for scores on texts that were trained on say little. */
function overlaps(found: readonly FoundSplit[]): TaskProblem[] {
  return found.flatMap(({ split, examples }, i) =>
    found.slice(0, i).flatMap((earlier): TaskProblem[] => {
      const texts = new Set(earlier.examples.map(({ text }) => text));
      const shared = examples.filter(({ text }) => texts.has(text));
      const first = shared[0];
      if (!first) return [];
      const message =
        `${shared.length} of ${examples.length} ${split} texts are in the ${earlier.split} split too, such as "${first.text.slice(0, 60)}" ` +
        `(${first.id}); remove them from one of the two`;
      return [{ severity: "warning", code: "overlapping-splits", message, key: split }];
    }),
  );
}
