import { benchmarks } from "#runtime/contract/published.ts";
import type { DataFiles, DataFormat, HeadPooling, TaskSpec } from "#runtime/contract/spec.ts";
import { isBlock, isQuantity, isText } from "../generated/ast.ts";
import { keyText } from "../references/expected.ts";
import { bug, choice, pathIn, type Settings, words } from "./settings.ts";

/** The catalogue's settings of a kind of task in, the specification's fields out. */
export function lowerTask(kind: string, settings: Settings): TaskSpec {
  const metrics = words(settings, "metrics") ?? [];
  // only kinds with published values have the key
  const published = benchmarks.some((each) => each.kind === kind) && settings.has("benchmark");
  const benchmark = published ? { benchmark: settings.word("benchmark") } : {};
  if (kind === "minimal_pairs") {
    return {
      kind,
      train: null,
      validation: null,
      test: settings.elements("files").map((value) => pathIn({ value, type: { type: "path", glob: true } })),
      data: formatOf(settings),
      metrics,
      good: settings.word("good"),
      bad: settings.word("bad"),
      group: optional(settings, "group"),
    };
  }
  const shared = {
    train: filesIn(settings, "train"),
    validation: filesOrShare(settings, "validation"),
    test: filesOrShare(settings, "test"),
    data: kind === "span_question_answering" ? squad : formatOf(settings),
    metrics,
    ...benchmark,
  };
  switch (kind) {
    case "translation":
      return { kind, ...shared, ...writing(settings) };
    case "summarisation":
      return { kind, ...shared, ...writing(settings) };
    case "generation":
      return { kind, ...shared, ...writing(settings) };
  }
  const { name, settings: chosen } = settings.option("as");
  const data = { ...shared, ...(name === "text" ? { as: { prefix: chosen.has("prefix") ? chosen.word("prefix") : "" } } : {}) };
  switch (kind) {
    case "classification":
      return { kind, ...data, ...labelled(settings), second: null };
    case "pair_classification":
      return { kind, ...data, ...labelled(settings), second: settings.word("second") };
    case "regression":
      return {
        kind,
        ...data,
        text: settings.word("text"),
        second: optional(settings, "second"),
        value: settings.word("value"),
        pool: choice(settings, "pool"),
      };
    case "tagging":
      return { kind, ...data, words: optional(settings, "words"), tags: optional(settings, "tags") };
    case "multiple_choice":
      return {
        kind,
        ...data,
        question: optional(settings, "question"),
        choices: words(settings, "choices") ?? [],
        answer: settings.word("answer"),
        firstNumber: settings.number("first_number"),
        pool: choice(settings, "pool"),
      };
    case "span_question_answering":
      return {
        kind,
        ...data,
        stride: settings.has("stride") ? settings.number("stride") : null,
        longestAnswer: settings.number("longest_answer"),
      };
    default:
      return bug(`the specification has no task ${kind}`);
  }
}

function labelled(settings: Settings) {
  return { text: settings.word("text"), label: settings.word("label"), pool: choice<HeadPooling>(settings, "pool") };
}

function optional(settings: Settings, key: string): string | null {
  return settings.has(key) ? settings.word(key) : null;
}

function writing(settings: Settings) {
  return {
    source: settings.word("source"),
    target: settings.word("target"),
    prefix: settings.has("prefix") ? settings.word("prefix") : "",
    beams: settings.number("beams"),
    longest: settings.number("longest"),
  };
}

const squad: DataFormat = { format: "squad", columns: null, separators: null, encoding: "utf-8" };

/** A path, or a block that names two aligned files or files of a data set of the hub. */
function filesIn(settings: Settings, key: string): DataFiles {
  const value = settings.value(key);
  if (isText(value)) return settings.path(key);
  const block = settings.block(key);
  const isOfHub = isBlock(value) && value.entries.some((entry) => ["hub", "data_files"].includes(keyText(entry)));
  return isOfHub
    ? { hub: block.word("hub"), files: words(block, "data_files") }
    : { source: block.path("source"), target: block.path("target") };
}

/** Files where some are named, else a share. */
function filesOrShare(settings: Settings, key: string): DataFiles | number {
  return isQuantity(settings.value(key)) ? settings.number(key) : filesIn(settings, key);
}

function formatOf(settings: Settings): DataFormat {
  return {
    format: choice(settings, "format"),
    columns: words(settings, "columns"),
    separators: words(settings, "separator"),
    encoding: choice(settings, "encoding"),
  };
}
