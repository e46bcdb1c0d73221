import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Analysis, analyseText } from "#language/analyse.ts";
import { format } from "#language/index.ts";
import { createPretrainServices } from "#language/module.ts";
import { textsOnDisk } from "#language/texts-on-disk.ts";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { type CostModel, tracedCosts } from "#runtime/compile/costs.ts";
import { problemsOf } from "#runtime/compile/specification-problems.ts";
import type { Random } from "#runtime/random/random.ts";
import { boundsFromNow } from "./bounds.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";

/**
 * Experiments with a few changes. Each is read, checked, compiled and formatted within two seconds and 500 MB. Every mistake is a problem
 * with a place. Formatting keeps the meaning of a text, and a second time the text itself.
 */
export const texts: Campaign = { name: "texts", cases: 100_000, run: tryCase };

const root = join(import.meta.dirname, "..", "..");

/** Texts written by people. */
const examples = ["examples", "test/language/fixtures", "media/templates"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".pretrain"))
    .map((name) => readFileSync(join(root, folder, name), "utf8")),
);

const strange = ["{", "}", "[", "]", '"', "'", "/*", "*/", "//", "#", ":", ",", "=", ">", "..", "\\", "@", "50%", "600,000", "-1", "1e999"];
const stranger = ["\u0000", "\uFEFF", "\u{1F600}", "\uD800", "\u202E", "\r", "\n", "__proto__", "constructor", "toString", "{ ".repeat(40)];
const words = ["import", "extends", "every", "last", "vary", "with", "best", "none", "auto", "seeds", "0", "0.5", "1e-3", "2k", "3 epochs"];

async function tryCase(index: number, random: Random): Promise<CaseOutcome> {
  const text = mutated(examples[index % examples.length]!, random);
  const beyond = boundsFromNow();
  const analysis = await analyse(text);
  const place = join(folder(), ".pretrain");
  const compiled = analysis.spec ? problemsOf(analysis.spec, nodeFiles(place), 8e9, costsFor(index)).map(analysis.place) : [];
  const problems = [...analysis.problems, ...compiled];
  const once = format(text);
  const failure = beyond();
  const valid = problems.every(({ severity }) => severity === "warning");
  const kind = "problems" in once ? "syntax errors" : valid ? "valid" : "other mistakes";
  const broken = problems.find(({ code, line, column }) => code === "internal-error" || !(line >= 1 && column >= 1));
  if (broken) return { kind, failure: `${broken.code} at ${broken.line}:${broken.column}: ${broken.message}` };
  if (analysis.spec === null && analysis.problems.length === 0) return { kind, failure: "neither a specification nor a problem" };
  if (failure !== undefined) return { kind, failure };
  if ("problems" in once || once.text === text) return { kind };
  const twice = format(once.text);
  if (!("text" in twice) || twice.text !== once.text) return { kind, failure: "formatting twice changes the text" };
  const again = await analyse(once.text);
  const same = JSON.stringify(again.spec) === JSON.stringify(analysis.spec);
  return same ? { kind } : { kind, failure: "formatting changes the meaning" };
}

const services = createPretrainServices(textsOnDisk);

/** Analyses as the command line does, with services that are created once. */
function analyse(text: string): Promise<Analysis> {
  return analyseText(text, join(folder(), "case.pretrain"), services);
}

/**
 * A cost model kept across texts, as in the editor, because most changes leave most programs unchanged. Replaced from time to time, so that
 * memory stays bounded.
 */
function costsFor(index: number): CostModel {
  const epoch = Math.floor(index / 500);
  if (costs.epoch !== epoch) costs = { epoch, model: tracedCosts() };
  return costs.model;
}

let costs = { epoch: -1, model: tracedCosts() };

let made: string | undefined;

/** A folder with small data at the paths that the examples name, so that the compiler can read them. */
function folder(): string {
  if (made !== undefined) return made;
  made = mkdtempSync(join(tmpdir(), "pretrain-texts-"));
  for (const [name, content] of Object.entries(data())) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), content);
  }
  return made;
}

function data(): Record<string, string> {
  const prose = Array.from({ length: 60 }, (_, line) => `Line ${line} tells of foxes and dogs.\n`).join("");
  const table = (from: number) =>
    ["sentence\tlabel\ttense\tgenre\tcentury", ...Array.from({ length: 12 }, (_, row) => tableRow(from + row))].join("\n");
  const tables = ["data/tense", "data/genre", "data/sst2", "sample/century"].flatMap((place) => [
    [`${place}/train.tsv`, table(0)],
    [`${place}/validation.tsv`, table(20)],
    [`${place}/dev.tsv`, table(40)],
    [`${place}/test.tsv`, table(60)],
  ]);
  const texts = ["data/prose/a.txt", "data/tinyshakespeare.txt", "data/sotu/a.txt", "sample/speeches/a.txt"].map((place) => [place, prose]);
  const shared = readFileSync(join(root, "test/language/fixtures/shared/tasks.pretrain"), "utf8");
  return Object.fromEntries([...tables, ...texts, ["shared/tasks.pretrain", shared], ["shared/spam.tsv", table(0)]]);
}

function tableRow(row: number): string {
  const label = row % 2 === 0 ? "good" : "bad";
  return [`sentence number ${row}`, label, label, label, label].join("\t");
}

/** Changes half of the texts in ways that usually still parse: replaces a word or a number, removes or repeats a line. */
function mutated(text: string, random: Random): string {
  return random.below(2) === 0 ? roughly(text, random) : gently(text, random);
}

function roughly(text: string, random: Random): string {
  const parts = text.split(/(\s+|[{}[\]:,.])/);
  const more = [...strange, ...stranger, ...words];
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const [at, other] = [random.below(parts.length), random.below(parts.length)];
    const kind = random.below(5);
    if (kind === 0) parts.splice(at, 1);
    else if (kind === 1) parts.splice(at, 0, parts[other]!);
    else if (kind === 2) [parts[at], parts[other]] = [parts[other]!, parts[at]!];
    else if (kind === 3) parts.splice(at, 0, more[random.below(more.length)]!);
    else parts.splice(at, random.below(20), ...parts.slice(other, other + random.below(20)));
  }
  return parts.join("");
}

function gently(text: string, random: Random): string {
  let changed = text;
  for (let changes = 1 + random.below(3); changes > 0; changes--) changed = onceGently(changed, random);
  return changed;
}

function onceGently(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at]!;
  const kind = random.below(4);
  if (kind === 0 && !/[{}[\]]/.test(line)) lines.splice(at, 1);
  else if (kind === 1 && !/[{}[\]]/.test(line)) lines.splice(random.below(lines.length), 0, line);
  else
    lines[at] =
      kind === 2 ? exchanged(line, /\b\d[\w.%]*/g, ["0", "1", "7", "0.5", "1e-30", "1e9", "300%", "4k", "9007199254740993"], random) : line;
  if (kind !== 3) return lines.join("\n");
  const names = [...text.matchAll(/\b[a-z_]+\b/g)].map(([name]) => name);
  lines[at] = exchanged(line, /\b[a-z_]+\b/g, [...names, ...words, "__proto__", "constructor"], random);
  return lines.join("\n");
}

/** Replaces one match of the pattern by one of the others. */
function exchanged(line: string, pattern: RegExp, others: readonly string[], random: Random): string {
  const places = [...line.matchAll(pattern)];
  const place = places[random.below(Math.max(1, places.length))];
  if (!place) return line;
  return line.slice(0, place.index) + others[random.below(others.length)]! + line.slice(place.index + place[0].length);
}

if (import.meta.main) await runCampaign(texts);
