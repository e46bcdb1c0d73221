import { type Command, Option } from "commander";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { catalogue, type Key, type Metric, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import { decimalOf } from "#runtime/contract/decimal.ts";
import type { Form, Scored, ScoreOptions } from "#runtime/metrics/scorers.ts";
import type { WordsOfTexts } from "./downloaded-tokenizer.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { suggestion } from "./nearest.ts";
import { print, printJson } from "./output.ts";
import type { ReadValue } from "./score-files.ts";

/** The options of every metric's command; each metric adds its own. */
interface FileOptions {
  predictions: string;
  references?: string[];
  predictionField?: string;
  referenceField?: string;
  json?: boolean;
}

/** Metrics that need a model and cannot be computed from files. */
const ofModels = ["loss"];

export function addScore(program: Command): void {
  const metrics = catalogue.metrics.filter(({ name }) => !ofModels.includes(name));
  const score = program
    .command("score")
    .description("compute a metric of predictions against references, from files")
    .argument("<metric>", "one of those below; each has its own --help")
    // the options of an unknown metric are unknown too
    .allowUnknownOption()
    .allowExcessArguments()
    .usage("<metric> --predictions FILE --references FILE... [options]")
    .addHelpText(
      "after",
      `
A file has a value a line (.txt), a line of JSON each (.jsonl), or is a JSON document: a list, an object by id, or SQuAD's form.

Examples:
  $ pretrain score bleu --predictions out.de --references test.de
  $ pretrain score chrf --word-order 2 --predictions out.de --references first.de second.de
  $ pretrain score entity_f1_strict --predictions tags.txt --references right.txt --json
  $ pretrain score answer_f1 --predictions answers.json --references dev-v2.0.json`,
    )
    .action((metric: string) => {
      const names = metrics.map(({ name }) => name);
      throw new UsageError(`there is no metric ${metric}${suggestion(metric, names)}`);
    });
  for (const metric of metrics) addMetric(score, metric);
}

function addMetric(score: Command, metric: Metric): void {
  const command = score
    .command(metric.name)
    .description(metric.help)
    .requiredOption("--predictions <file>", "the predictions: one value per line, or JSON")
    .option("--references <file...>", "the correct values; several files are several references for each prediction")
    .option("--prediction-field <name>", "the field of a JSON object with the prediction")
    .option("--reference-field <name>", "the field of a JSON object with the correct value")
    .option("--json", "one JSON document");
  for (const key of metric.keys ?? []) command.addOption(optionOf(key));
  const example = (metric.keys ?? []).find(({ value }) => value.type === "boolean");
  command.addHelpText(
    "after",
    `\nExample:\n  $ pretrain score ${metric.name} --predictions predictions.txt${needsReferences(metric) ? " --references references.txt" : ""}${example ? ` ${flagOf(example)}` : ""}`,
  );
  command.action(async (given: FileOptions & Record<string, unknown>) => {
    const scored = await scoreFiles(metric, given);
    if (given.json) printJson({ metric: metric.name, ...scored });
    else printScore(metric.name, scored);
  });
}

/** Whether a metric needs references; a perplexity is computed from the predictions alone. */
function needsReferences({ name }: Metric): boolean {
  return !name.endsWith("perplexity");
}

async function scoreFiles(metric: Metric, given: FileOptions & Record<string, unknown>): Promise<Scored> {
  const { scorers } = await import("#runtime/metrics/scorers.ts");
  const { ScoreError } = await import("#runtime/metrics/score-error.ts");
  const { fieldCandidates, inForm, readValues } = await import("./score-files.ts");
  const { matchedTo } = await import("./score-pairs.ts");
  const { labelsOfRun } = await import("./run-labels.ts");
  const scorer = scorers[metric.name];
  if (!scorer) throw new Error(`no scorer for ${metric.name}`);
  const options: ScoreOptions = Object.fromEntries(
    (metric.keys ?? []).map((key) => [key.name, optionValue(key, given[camelCase(key.name)] as string | boolean | undefined)]),
  );
  refuseIdleValue(options);
  const predictionFields = fieldCandidates("predictions", scorer.predictions, given.predictionField);
  const referenceFields = fieldCandidates("references", scorer.references, given.referenceField);
  const predictions = readValues(given.predictions, predictionFields);
  if (predictions.length === 0) throw new ProblemsError(`${given.predictions} has no values`);
  const sources = referencesOf(given, scorer.references).map((path) => ({ path, values: readValues(path, referenceFields) }));
  const matched = sources.map(({ path, values }) => matchedTo(predictions, given.predictions, values, path));
  const answers = predictions.map((value) => inForm(scorer.predictions, value, predictionFields));
  const right = matched.map((values) => values.map((value) => inForm(scorer.references, value, referenceFields)));
  if (scorer.references === "tags") sameTokens(answers as string[][], right[0] as string[][], predictions, matched[0] ?? []);
  // several files of texts are alternative references for each prediction
  const references = scorer.references === "texts" ? answers.map((_, i) => right.flatMap((texts) => texts[i] as string[])) : right[0];
  if (scorer.references === "texts" && scorer.predictions === "text") refuseNoTexts(metric, references as string[][], matched[0] ?? []);
  try {
    if (metric.name === "bleu") {
      const { downloadedTokenizer } = await import("./downloaded-tokenizer.ts");
      const tokenizer = await downloadedTokenizer(options.tokenize);
      const texts = tokenizer && (await splitTexts(tokenizer, options, answers as string[], references as string[][]));
      if (texts) return scorer.score(...texts, options);
    }
    return scorer.score(answers, references ?? [], options, labelsOfRun(given.predictions));
  } catch (error) {
    if (error instanceof ScoreError) throw new ProblemsError(`${metric.name}: ${error.message}`);
    throw error;
  }
}

/** Splits texts by a tokenizer, as BLEU does: without trailing white space, and in lower case if requested. */
async function splitTexts(
  tokenizer: WordsOfTexts,
  { lowercase }: ScoreOptions,
  texts: readonly string[],
  references: readonly string[][],
): Promise<[string[], string[][]]> {
  const { trimEnd } = await import("#runtime/metrics/white-space.ts");
  const partedTexts = async (lines: readonly string[]) => {
    const words = await tokenizer(lines.map((line) => trimEnd(lowercase ? line.toLowerCase() : line)));
    return words.map((each) => each.join(" "));
  };
  return [await partedTexts(texts), await Promise.all(references.map(partedTexts))];
}

function referencesOf({ references = [] }: FileOptions, form: Form): string[] {
  if (form === "nothing") {
    if (references.length > 0) throw new UsageError("this metric uses the predictions alone; omit --references");
    return [];
  }
  if (references.length === 0) throw new UsageError("required option '--references <file...>' not specified");
  if (references.length > 1 && form !== "texts") throw new UsageError(`this metric takes one file of references, not ${references.length}`);
  return references;
}

function sameTokens(predicted: string[][], gold: string[][], predictions: readonly ReadValue[], references: readonly ReadValue[]): void {
  predicted.forEach((tags, i) => {
    if (tags.length === gold[i]!.length) return;
    throw new ProblemsError(
      `${predictions[i]!.place}: ${tags.length} tags, but ${references[i]!.place} has ${gold[i]!.length}; each token needs one`,
    );
  });
}

/** Throws if `--smooth-value` is given with a smoothing method of BLEU that does not use it. */
function refuseIdleValue({ smooth_method: method, smooth_value: value = null }: ScoreOptions): void {
  if (value === null || method === "floor" || method === "add-k") return;
  throw new UsageError(
    `--smooth-value applies to --smooth-method floor and add-k, but the method is ${method}; use one of them, or omit the value`,
  );
}

/** Throws if a prediction has no reference text; only a question may have no correct answer. */
function refuseNoTexts(metric: Metric, references: string[][], places: readonly ReadValue[]): void {
  if (metric.of.includes("span_question_answering")) return;
  const empty = references.findIndex((texts) => texts.length === 0);
  if (empty >= 0) throw new ProblemsError(`${places[empty]!.place}: an empty list; each prediction needs a reference text`);
}

/** The command-line option of a key: `smooth_value` becomes `--smooth-value <number>`. */
function optionOf(key: Key): Option {
  const { help, default: byDefault, value } = key;
  const flags = value.type === "boolean" ? flagOf(key) : `${flagOf(key)} <${value.type === "choice" ? "name" : value.type}>`;
  const choices = value.type === "choice" ? ` (${value.of.map(({ name }) => name).join(", ")})` : "";
  const shown = byDefault === undefined || value.type === "boolean" ? "" : ` Default: ${byDefault}.`;
  return new Option(flags, `${help}${choices}${shown}`);
}

function flagOf({ name }: Key): string {
  return `--${name.replaceAll("_", "-")}`;
}

/** Parses an option's value. Throws `UsageError` if it does not have the type and range of the catalogue. */
function optionValue(key: Key, given: string | boolean | undefined): unknown {
  const { value: type, default: byDefault } = key;
  if (type.type === "boolean") return given === true || byDefault === "true";
  const text = typeof given === "string" ? given : byDefault;
  if (text === undefined) return type.type === "number" || type.type === "count" ? null : undefined;
  if (type.type === "choice") {
    if (!type.of.some(({ name }) => name === text))
      throw new UsageError(`${flagOf(key)} ${text} is not one of ${type.of.map(({ name }) => name).join(", ")}`);
    return text;
  }
  return type.type === "text" ? text : numberIn(key, type, text);
}

function numberIn(key: Key, type: ValueType, text: string): number {
  if (type.type !== "number" && type.type !== "count") throw new Error(`an option of the type ${type.type}`);
  const value = decimalOf(text) ?? Number.NaN;
  const whole = type.type === "number" || Number.isInteger(value);
  const tooSmall = type.min !== undefined && (value < type.min || ("aboveMin" in type && type.aboveMin && value === type.min));
  const tooLarge = type.max !== undefined && value > type.max;
  if (Number.isFinite(value) && whole && !tooSmall && !tooLarge) return value;
  const range = `${type.min === undefined ? "" : ` ${"aboveMin" in type && type.aboveMin ? "above" : "from"} ${type.min}`}${type.max === undefined ? "" : ` to ${type.max}`}`;
  throw new UsageError(`${flagOf(key)} ${text}: expected a ${type.type === "count" ? "whole number" : "number"}${range}`);
}

function printScore(metric: string, { score, undefined: reason, signature, scores, labels, ...details }: Scored): void {
  if (Array.isArray(score)) {
    const names = labels as string[];
    print(
      alignedRows(
        ["right \\ predicted", ...names],
        score.map((row, i) => [names[i]!, ...row.map(String)]),
        "right",
      ),
    );
    return;
  }
  const rows = Object.entries(details).map(([name, value]) => [name.replaceAll("_", " "), shownDetail(value)]);
  const shown = score === null ? `undefined: ${reason}` : shownNumber(score);
  print(alignedRows([metric, shown], signature ? [["signature", signature], ...rows] : rows, "left"));
  if (scores) print(`\n${scores.map(shownNumber).join("\n")}`);
}

function shownNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function shownDetail(value: unknown): string {
  if (typeof value === "number") return shownNumber(value);
  if (Array.isArray(value)) return value.map(shownDetail).join(" ");
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).map(([name, inner]) => `${name}: ${shownDetail(inner)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
