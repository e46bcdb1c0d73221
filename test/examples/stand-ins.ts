import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { repositoryOf } from "#runtime/hub/cache.ts";
import { readSafetensors, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { sentences } from "../cli/cli.ts";

/** Writes small files of the right form where a text names some, at the paths that it names, seen from a folder. */
export function writeStandIns(text: string, folder: string): void {
  for (const [, path = ""] of text.matchAll(/"([^"\n]*\.\w+)"/g)) {
    const form = forms[extname(path)];
    if (!form || path.startsWith("wikitext-")) continue;
    const file = join(folder, path.replaceAll("**/", "").replaceAll("*", "one"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, form(path));
  }
  for (const [, path = ""] of text.matchAll(/checkpoint: "([^"\n]*)"/g)) writeCheckpoint(join(folder, path));
}

/** The cache of the hub with the data set that a page names. */
export function writeHubCache(cache: string): void {
  const repository = repositoryOf("dataset", "Salesforce/wikitext", cache);
  const file = join(repository, "snapshots/0123/wikitext-2-raw-v1/train-00000-of-00001.parquet");
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(import.meta.dirname, "../corpus/tables/none.parquet"), file);
  mkdirSync(join(repository, "refs"));
  writeFileSync(join(repository, "refs/main"), "0123");
}

/** BERT with room for as many positions as the real one has. */
function writeCheckpoint(folder: string): void {
  const positions = 512;
  checkpointIn(dirname(folder), "bert-masked-lm", folder);
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), max_position_embeddings: positions }));
  const weights = join(folder, "model.safetensors");
  const { tensors } = readSafetensors(weights);
  const grown = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (!name.includes("position_embeddings")) return [name, { shape, data: Float32Array.from(data as Float32Array) }] as const;
    const [, width = 0] = shape;
    return [name, { shape: [positions, width], data: new Float32Array(positions * width) }] as const;
  });
  writeSafetensors(weights, Object.fromEntries(grown), { format: "pt" });
}

/** Every column that an example names, one text in one split alone. */
const columns: Readonly<Record<string, (row: number, path: string) => string>> = {
  ...each(
    ["text", "sentence", "premise", "hypothesis", "sentence1", "sentence2", "startphrase"],
    (name) => (row, path) => `the ${name} number ${row} of ${path.replace(/\W/g, " ")}`,
  ),
  ...each(["ending0", "ending1", "ending2", "ending3"], (name) => (row) => `it ends ${name} ${row}`),
  ...each(["polarity", "judgment", "tense", "genre", "century"], () => (row) => ["one", "other"][row % 2]!),
  label: (row) => `${row % 2}`,
  score: (row) => `${(row % 7) / 2}`,
};

const rows = Array.from({ length: 200 }, (_, row) => row);

/** Content by the ending of the name. */
const forms: Readonly<Record<string, (path: string) => string>> = {
  ".txt": () => sentences(2000),
  ".tsv": (path) => table(path, "\t"),
  ".csv": (path) => table(path, ","),
  ".en": (path) => rows.map((row) => `line ${row} of ${path}`).join("\n"),
  ".de": (path) => rows.map((row) => `Zeile ${row} von ${path}`).join("\n"),
  ".conll": (path) => rows.map((row) => `Anna B-PER\n${path.replace(/\W/g, "")}${row} O\n`).join("\n"),
  ".jsonl": () =>
    rows
      .map((row) => JSON.stringify({ sentence_good: `cats see ${row}`, sentence_bad: `cats sees ${row}`, UID: `kind${row % 2}` }))
      .join("\n"),
  ".json": (path) => JSON.stringify({ version: "2.0", data: rows.map((row) => ({ title: "t", paragraphs: [paragraph(row, path)] })) }),
};

function table(path: string, separator: string): string {
  const names = Object.keys(columns);
  return [names, ...rows.map((row) => names.map((name) => columns[name]!(row, path)))].map((line) => line.join(separator)).join("\n");
}

function paragraph(row: number, path: string) {
  const context = `In ${path} Anna saw ${row} boats.`;
  const answer = { text: "Anna", answer_start: context.indexOf("Anna") };
  return { context, qas: [{ id: `${path}-${row}`, question: `who saw ${row} boats in ${path}`, answers: [answer] }] };
}

function each<T>(names: readonly string[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}
