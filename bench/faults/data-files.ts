import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { analyseText } from "#language/analyse.ts";
import { createPretrainServices } from "#language/module.ts";
import { textsOnDisk } from "#language/texts-on-disk.ts";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { compile } from "#runtime/compile/compile.ts";
import { type CostModel, tracedCosts } from "#runtime/compile/costs.ts";
import { problemsOf } from "#runtime/compile/specification-problems.ts";
import { type JobContext, JobFailure } from "#runtime/contract/job-context.ts";
import { execute } from "#runtime/handlers/execute.ts";
import type { Random } from "#runtime/random/random.ts";
import { boundsFromNow } from "./bounds.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import { changesOf, pick } from "./data-changes.ts";

/**
 * Changed files of tasks and corpora in every format. Each is checked, planned and read (by preparing a corpus, or by scoring a task's
 * majority baseline), or refused with a problem. Check and run must each stay within two seconds and 500 MB.
 */
export const dataFiles: Campaign = {
  name: "data-files",
  cases: 5000,
  run: tryCase,
};

interface Format {
  ending: string;
  /** The content of the unchanged file. */
  content(): Uint8Array;
  /** The task that reads the file. If absent, the file is a corpus. */
  task?: string;
}

const table = join(import.meta.dirname, "../../test/corpus/tables");
const rows = Array.from({ length: 40 }, (_, i) => ({
  id: i,
  text: `the ${["sailor", "nurse", "mayor"][i % 3]} ${["praised", "forgot"][i % 2]} it ${i}`,
  second: `it was ${i}, "once"`,
  label: i % 2 === 0 ? "good" : "bad",
  value: i / 7,
  choices: ["one", `two ${i}`, "three"],
  answer: i % 3,
  sentence_good: `they see ${i}`,
  sentence_bad: `they sees ${i}`,
  tokens: ["Ada", "saw", `Bath${i}`],
  tags: ["B-person", "O", i % 2 === 0 ? "B-place" : "O"],
}));
type Row = (typeof rows)[number];
const columns = ["id", "text", "second", "label", "value", "sentence_good", "sentence_bad"] as const;
const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;

const jsonl = () => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const csv = () => Buffer.from([columns.join(), ...rows.map((row) => columns.map((name) => quoted(row[name])).join())].join("\n"));
const tsv = () => Buffer.from([columns.join("\t"), ...rows.map((row) => columns.map((name) => row[name]).join("\t"))].join("\n"));
const conll = () => Buffer.from(rows.map((row) => row.tokens.map((token, i) => `${token} ${row.tags[i]}\n`).join("")).join("\n"));
const prose = () => Buffer.from(rows.map(({ text }) => `${text}.\n`).join(""));
const squad = () =>
  Buffer.from(
    JSON.stringify({
      version: "2",
      data: [{ title: "t", paragraphs: rows.map(paragraph) }],
    }),
  );
const parquet = (name: string) => () => readFileSync(join(table, `${name}.parquet`));

function paragraph({ id, text }: Row) {
  const answer = text.split(" ")[1]!;
  return {
    context: text,
    qas: [
      {
        id: `q${id}`,
        question: "who?",
        answers: [{ text: answer, answer_start: text.indexOf(answer) }],
      },
    ],
  };
}

const classified = "classification { train: FILE, validation: 25%, test: 25%, text: text, label: label }";
const formats: readonly Format[] = [
  { ending: "csv", content: csv, task: classified },
  { ending: "tsv", content: tsv, task: classified },
  { ending: "jsonl", content: jsonl, task: classified },
  { ending: "csv.gz", content: () => gzipSync(csv()), task: classified },
  {
    ending: "jsonl.zst",
    content: () => zstdCompressSync(jsonl()),
    task: classified,
  },
  {
    ending: "csv",
    content: csv,
    task: "pair_classification { train: FILE, text: text, second: second, label: label }",
  },
  {
    ending: "tsv",
    content: tsv,
    task: "regression { train: FILE, text: text, value: value }",
  },
  {
    ending: "jsonl",
    content: jsonl,
    task: "tagging { train: FILE, words: tokens, tags: tags }",
  },
  { ending: "conll", content: conll, task: "tagging { train: FILE }" },
  {
    ending: "jsonl",
    content: jsonl,
    task: "multiple_choice { train: FILE, question: text, choices: choices, answer: answer }",
  },
  {
    ending: "json",
    content: squad,
    task: "span_question_answering { train: FILE }",
  },
  { ending: "jsonl", content: jsonl, task: "minimal_pairs { files: [FILE] }" },
  {
    ending: "tsv",
    content: tsv,
    task: "translation { train: FILE, source: text, target: second }",
  },
  {
    ending: "parquet",
    content: parquet("labels"),
    task: "classification { train: FILE, text: sentence, label: label }",
  },
  {
    ending: "parquet",
    content: parquet("words"),
    task: "tagging { train: FILE, words: tokens, tags: tags }",
  },
  {
    ending: "parquet",
    content: parquet("questions"),
    task: "span_question_answering { train: FILE }",
  },
  {
    ending: "parquet",
    content: parquet("translations"),
    task: 'translation { train: FILE, source: "translation.en", target: "translation.de" }',
  },
  { ending: "txt", content: prose },
  { ending: "txt.gz", content: () => gzipSync(prose()) },
  { ending: "jsonl", content: jsonl },
  { ending: "ndjson.zst", content: () => zstdCompressSync(jsonl()) },
  { ending: "csv", content: csv },
  { ending: "tsv.gz", content: () => gzipSync(tsv()) },
  ...["none", "snappy", "gzip", "zstd", "brotli", "lz4"].map((name) => ({
    ending: "parquet",
    content: parquet(name),
  })),
];

async function tryCase(index: number, random: Random): Promise<CaseOutcome> {
  const format = formats[index % formats.length]!;
  const folder = mkdtempSync(join(tmpdir(), "pretrain-data-"));
  try {
    const change = pick(changesOf(format.ending), random);
    writeFileSync(join(folder, "prose.txt"), prose());
    writeFileSync(join(folder, `file.${format.ending}`), change.make(Buffer.from(format.content()), random));
    const end = await read(folder, format, costsFor(index));
    const failure = ["read", "told"].includes(end) ? undefined : end;
    const what = `${format.task?.split(" ")[0] ?? "corpus"}, ${format.ending}`;
    const kind = `${what}, ${change.name}: ${failure === undefined ? end : "failed"}`;
    return failure === undefined ? { kind } : { kind, failure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outcome: `read`, `told`, or a failure. */
async function read(folder: string, { ending, task }: Format, costs: CostModel): Promise<string> {
  let running: (() => string | undefined) | undefined;
  try {
    const { spec, problems } = await analyseText(experiment(ending, task), join(folder, "a.pretrain"), services);
    const mistakes = problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
    if (!spec || mistakes.length > 0) return `the experiment itself is wrong: ${mistakes.join(" ")}`;
    const files = nodeFiles(join(folder, ".pretrain"));
    const checking = boundsFromNow();
    const found = problemsOf(spec, files, 8e9, costs);
    const late = checking();
    if (late !== undefined) return `check ${late}`;
    running = boundsFromNow();
    const goal = task === undefined ? "read" : "c";
    const { plan } = compile(spec, { kind: "declaration", name: goal }, files, {
      costs,
      memoryBytes: 8e9,
    });
    if (!plan) return found.some(({ severity }) => severity === "error") ? "told" : "no plan, and check says nothing";
    for (const job of plan.jobs.filter(({ kind }) => kind === (task === undefined ? "corpus" : "majority")))
      await execute(job, contextIn(folder));
    return running() ?? "read";
  } catch (error) {
    if (error instanceof JobFailure) return running?.() ?? "told";
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function experiment(ending: string, task: string | undefined): string {
  const file = `"file.${ending}"`;
  if (task === undefined) {
    const column = /^(txt|txt\.gz)$/.test(ending) ? "" : "column: text, ";
    return `corpus read { files: ${file}, ${column}split: { validation: 20% } }`;
  }
  return `
corpus prose { files: "prose.txt", documents: line, split: { validation: 20% } }
tokenizer letters { kind: characters, train on: prose }
model tiny { layers: 1, hidden: 8, heads: 1, context: 32, architecture: encoder-decoder }
task t = ${task.replace("FILE", file)}
pretrain base { model: tiny, objective: span_corruption, corpus: prose, tokenizer: letters, budget: 4 steps, batch: 2 }
compare c { extends: base, vary objective: [span_corruption, denoising], finetune: { task: t, epochs: 1 }, seeds: 1, baselines: [majority] }
`;
}

function contextIn(folder: string): JobContext {
  const made = join(folder, "made");
  mkdirSync(made, { recursive: true });
  const signal = new AbortController().signal;
  return {
    folder: made,
    folderOf: () => made,
    emit() {},
    describeEngine() {},
    signal,
    engine: "cpu",
    threads: 1,
  };
}

const services = createPretrainServices(textsOnDisk);

/** A cost model shared between cases, because few programs differ. Replaced from time to time, so that memory stays bounded. */
function costsFor(index: number): CostModel {
  const epoch = Math.floor(index / 500);
  if (costs.epoch !== epoch) costs = { epoch, model: tracedCosts() };
  return costs.model;
}

let costs = { epoch: -1, model: tracedCosts() };

if (import.meta.main) await runCampaign(dataFiles);
