import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Ref, Split, TaskSpec } from "#runtime/contract/spec.ts";
import type { TaskExample, TaskProblem } from "./example.ts";
import { exampleReader, pathsOf } from "./examples.ts";
import { maxBytes } from "./formats/decompress.ts";
import { definitionOf } from "./task-definitions.ts";
import type { TextFiles } from "./text-files.ts";

const splits: readonly Split[] = ["train", "validation", "test"];

/** A task as its files have it. With an error there is no task. */
export interface TaskReading {
  task: ResolvedTask | null;
  problems: Problem[];
  /** Number of examples. */
  sizes: Record<Split, number>;
  /** Mean number of characters of a training text, including a written answer. */
  characters: number;
  /** Number of bytes of the longest training text, in UTF-8. */
  longestBytes: number;
}

/** Reads a task's files: its labels, their fingerprints, and what is wrong with them. `key` is the task's in the specification. */
export function resolveTask(declared: TaskSpec, key: Ref, files: TextFiles): TaskReading {
  const spec = expanded(declared, files);
  const reader = definitionOf(spec.kind);
  const examplesOf = exampleReader(spec, (path) => ((files.size(path) ?? 0) > maxBytes ? "too large" : files.read(path)));
  const found = splits.map((split) => ({ split, ...examplesOf(split) }));
  const bySplit = Object.fromEntries(found.map(({ split, examples }) => [split, examples])) as Record<Split, TaskExample[]>;
  const inFiles = withoutRepeats(found.flatMap(({ problems }) => problems));
  const readable = !inFiles.some(({ severity }) => severity === "error");
  const labels = reader.labels(bySplit.train);
  const inExamples = readable ? [...emptySplits(bySplit, spec), ...reader.check(bySplit, labels), ...overlaps(spec, bySplit)] : [];
  const ofData = [...inFiles, ...inExamples].map(({ key: at, ...problem }): Problem => ({ ...problem, path: ["tasks", key, at] }));
  const usable = !ofData.some(({ severity }) => severity === "error");
  const problems = [...ofData, ...(usable ? undefinedMetrics(spec, key, bySplit, labels) : [])];
  const task = problems.some(({ severity }) => severity === "error") ? null : resolved(spec, labels, files);
  const sizes = Object.fromEntries(found.map(({ split, examples }) => [split, examples.length])) as Record<Split, number>;
  return { task, problems, sizes, characters: meanLength(spec, bySplit.train), longestBytes: longestBytes(spec, bySplit.train) };
}

function longestBytes(spec: TaskSpec, examples: readonly TaskExample[]): number {
  const reader = definitionOf(spec.kind);
  return examples.reduce((longest, example) => Math.max(longest, Buffer.byteLength(reader.shown(example).input)), 0);
}

/** Enough for an average. */
const measuredExamples = 1000;

function meanLength(spec: TaskSpec, examples: readonly TaskExample[]): number {
  const reader = definitionOf(spec.kind);
  const lengths = examples.slice(0, measuredExamples).map((example) => {
    const { input, target } = reader.shown(example);
    return input.length + (reader.readsTarget ? target.length : 0);
  });
  return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
}

/** Metrics of the task that some split leaves without a value. Where no split can have one, because the tags are of another kind: an error. */
function undefinedMetrics(
  spec: TaskSpec,
  key: Ref,
  found: Readonly<Record<Split, readonly TaskExample[]>>,
  labels: readonly string[],
): Problem[] {
  const reader = definitionOf(spec.kind);
  return spec.metrics.flatMap((metric, index): Problem[] => {
    const path = ["tasks", key, "metrics", index];
    const unfit = reader.unfitMetric?.(metric, labels);
    if (unfit) return [{ severity: "error", code: unfit.code, path, message: `${metric} ${unfit.reason(key)}` }];
    return (["validation", "test"] as const).flatMap((split): Problem[] => {
      const reason = found[split].length > 0 ? reader.undefinedMetric?.(metric, found[split], labels) : null;
      if (!reason) return [];
      const message = `${metric} has no value on the ${split} split: ${reason}. Name another metric, or another ${split} split.`;
      return [{ severity: "warning", code: "metric-undefined", path, message }];
    });
  });
}

/** With the files that patterns match. */
function expanded(spec: TaskSpec, files: TextFiles): TaskSpec {
  if (spec.train !== null) return spec;
  return { ...spec, test: [...new Set(spec.test.flatMap((pattern) => files.glob(pattern)))] };
}

function resolved(spec: TaskSpec, labels: string[], files: TextFiles): ResolvedTask {
  const { doc: _, metrics: __, benchmark: ___, ...data } = spec;
  const paths = [...new Set(splits.flatMap((split) => pathsOf(spec[split])))];
  const inputs = paths.flatMap((path) => {
    const fingerprint = files.fingerprint(path);
    return fingerprint ? [{ path, ...fingerprint }] : [];
  });
  return { ...data, labels, files: inputs };
}

function withoutRepeats(problems: readonly TaskProblem[]): TaskProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.key} ${problem.message}`, problem])).values()];
}

function emptySplits(found: Readonly<Record<Split, readonly TaskExample[]>>, spec: TaskSpec): TaskProblem[] {
  return splits.flatMap((split): TaskProblem[] => {
    if (found[split].length > 0 || spec[split] === null) return [];
    const remedy = typeof spec[split] === "number" ? "give it a larger share, or a file of its own" : "the shares leave it no example";
    return [{ severity: "error", code: "empty-split", message: `the ${split} split has no examples; ${remedy}`, key: split }];
  });
}

/** Real data sets have some: a warning, for scores on texts that were trained on say little. */
function overlaps(spec: TaskSpec, found: Readonly<Record<Split, readonly TaskExample[]>>): TaskProblem[] {
  const reader = definitionOf(spec.kind);
  const question = (example: TaskExample) => reader.question(example).join("\t");
  return splits.flatMap((split, i) =>
    splits.slice(0, i).flatMap((earlier): TaskProblem[] => {
      const texts = new Set(found[earlier].map(question));
      const shared = found[split].filter((example) => texts.has(question(example)));
      const first = shared[0];
      if (!first) return [];
      const message =
        `${shared.length} of ${found[split].length} ${split} texts are in the ${earlier} split too, such as ` +
        `"${question(first).slice(0, 60)}" (${first.id}); remove them from one of the two`;
      return [{ severity: "warning", code: "overlapping-splits", message, key: split }];
    }),
  );
}
