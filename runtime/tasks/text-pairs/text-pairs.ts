import type { TextPairKind } from "#runtime/contract/spec.ts";
import { undefinedOfTexts } from "#runtime/metrics/undefined-metrics.ts";
import { emptyAnswers, emptyTexts, readColumns } from "../columns.ts";
import type { DecodedFile, TaskDataOf, TaskExamples, TextPairExample } from "../example.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { theSource } from "./text-pairs-baseline.ts";
import { scoreTextPairs, textItems } from "./text-pairs-scores.ts";

type TextPairTask = TaskDataOf<TextPairKind>;

/** A text for a text: rows of a table, or lines of two aligned files. */
export function textPairs(kind: TextPairKind): TaskDefinitionOf<TextPairKind> {
  return {
    read: (task, files, key) => (files.length === 2 ? fromAligned(files, key) : fromTable(task, files[0]!, key)),
    question: ({ source }) => [source],
    labels: () => [],
    check: () => [],
    undefinedMetric: (metric, examples) =>
      undefinedOfTexts(
        metric,
        examples.map(({ target }) => [target]),
      ),
    shown: ({ source, target }) => ({ input: source, target }),
    readsTarget: true,
    constantBaseline: theSource,
    score: (predictions) => scoreTextPairs(kind, predictions),
    items: textItems,
    // texts are written once, for the test split
    mainMetric: () => null,
  };
}

function fromTable(
  { data, source, target }: TextPairTask,
  file: DecodedFile,
  key: "train" | "validation" | "test",
): TaskExamples<TextPairExample> {
  const { rows, problems } = readColumns(data, file, key, { source, target });
  const examples = rows.map(({ id, values }) => ({ id, ...values }));
  const found = [...emptyAnswers(rows, "target", `target "${target}"`, key), ...emptyTexts(rows, "source", `source "${source}"`, key)];
  return { examples, problems: [...problems, ...found] };
}

function fromAligned(files: readonly DecodedFile[], key: "train" | "validation" | "test"): TaskExamples<TextPairExample> {
  const [source, target] = files.map(({ text }) => linesOf(text)) as [string[], string[]];
  const [one, other] = files as [DecodedFile, DecodedFile];
  const fail = (code: string, message: string): TaskExamples<TextPairExample> => ({
    examples: [],
    problems: [{ severity: "error", code, message, key }],
  });
  if (source.length !== target.length) {
    const message = `${one.name} has ${source.length} lines and ${other.name} has ${target.length}; line n of the one belongs to line n of the other`;
    return fail("lengths-differ", message);
  }
  if (source.length === 0) return fail("no-examples", `${one.name} has no lines`);
  const rows = source.map((text, i) => ({ id: `${one.name}:${i + 1}`, values: { source: text, target: target[i]! } }));
  return {
    examples: rows.map(({ id, values }) => ({ id, ...values })),
    problems: [...emptyAnswers(rows, "target", `line of ${other.name}`, key), ...emptyTexts(rows, "source", `line of ${one.name}`, key)],
  };
}

/** A line end at the end of a file begins no line. */
function linesOf(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/u, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
