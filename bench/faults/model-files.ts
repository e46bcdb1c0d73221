import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "#runtime/checkpoints/inspect-text.ts";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { verify } from "#runtime/checkpoints/verify.ts";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { readCheckpoint } from "#runtime/compile/known-checkpoints.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import type { Random } from "#runtime/random/random.ts";
import { readSafetensors, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { generate } from "#runtime/train/generate.ts";
import { boundsFromNow } from "./bounds.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";

/**
 * Checkpoints with a change in one of their files. Each is opened, read and used, or refused with a message, within two seconds of
 * processor time and 500 MB.
 */
export const modelFiles: Campaign = { name: "model-files", cases: 5000, run: tryCase };

const models = join(import.meta.dirname, "..", "..", "test", "reference", "models");
const names = ["bert-masked-lm", "gpt2-lm", "llama-lm", "roberta-masked-lm", "electra-discriminator", "t5-conditional", "bart-conditional"];

async function tryCase(_: number, random: Random): Promise<CaseOutcome> {
  const root = mkdtempSync(join(tmpdir(), "pretrain-fault-"));
  try {
    const name = pick(names, random);
    const folder = join(root, "model");
    cpSync(join(models, name), folder, { recursive: true });
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer()));
    if (random.below(3) === 0) shard(folder);
    const change = pick(changes, random);
    change.make(folder, random);
    const beyond = boundsFromNow();
    const ends = await Promise.all(uses(folder, name, change.name).map(ended));
    const failure = ends.find((end) => end !== "used" && end !== "told") ?? beyond();
    const kind = `${change.name}: ${ends.includes("told") ? "told" : "used"}`;
    return failure === undefined ? { kind } : { kind, failure };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The commands that use a checkpoint. */
function uses(folder: string, name: string, change: string): (() => Promise<unknown> | unknown)[] {
  const settings = { tokens: 2, temperature: 0, topK: null, topP: null, beams: 1, lengthPenalty: 1, seed: 1, threads: 1 };
  const files = { batch: join(folder, "batch.safetensors"), expected: join(folder, "expected.safetensors"), tolerance: 1e-4 };
  return [
    () => readCheckpoint({ name, folder, context: null, dropout: null }, nodeFiles(join(folder, "..", ".pretrain"))),
    () => inspect(openStoredModel(folder), "a word", "cpu", 1),
    () => generate(openStoredModel(folder), { prompts: ["a word"], ...settings }, "cpu"),
    // gradients take most of the time, and the other files are read the same way
    ...(change.startsWith("batch") ? [() => verify(folder, { ...files, engine: "cpu" })] : []),
  ];
}

async function ended(use: () => Promise<unknown> | unknown): Promise<string> {
  try {
    await use();
    return "used";
  } catch (error) {
    if (error instanceof JobFailure || error instanceof CheckpointError) return "told";
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

interface Change {
  name: string;
  make(folder: string, random: Random): void;
}

/** Values for settings and headers. */
const values: readonly unknown[] = [
  0,
  -1,
  1,
  1.5,
  5,
  7,
  1e9,
  1e15,
  1e308,
  -1e308,
  null,
  true,
  false,
  "",
  "constructor",
  "gelu",
  [],
  {},
  [[]],
  "__proto__",
];

const changes: readonly Change[] = [
  {
    name: "a setting of config.json",
    make: (folder, random) =>
      editJson(join(folder, "config.json"), (config) => {
        config[pick(Object.keys(config), random)] = pick(values, random);
      }),
  },
  {
    name: "a setting removed",
    make: (folder, random) =>
      editJson(join(folder, "config.json"), (config) => {
        delete config[pick(Object.keys(config), random)];
      }),
  },
  ...["config.json", "tokenizer.json", "model.safetensors", "batch.safetensors"].flatMap((file): Change[] => [
    { name: `${file}, a byte`, make: (folder, random) => flip(firstOf(folder, file), random) },
    {
      name: `${file} cut`,
      make: (folder, random) => {
        const path = firstOf(folder, file);
        truncateSync(path, random.below(readFileSync(path).length + 1));
      },
    },
  ]),
  {
    name: "an entry of the header",
    make: (folder, random) =>
      editHeader(firstOf(folder, "model.safetensors"), (header) => {
        const entry = header[pick(Object.keys(header), random)] as Record<string, unknown>;
        const key = pick(["dtype", "shape", "data_offsets"], random);
        if (key === "dtype") entry[key] = pick(["F16", "BF16", "I8", "U8", "I64", "F8_E4M3", "Q4", "constructor", 3, null], random);
        else entry[key] = random.below(2) === 0 ? pick(values, random) : [random.below(1e6), random.below(4) * 1e15];
      }),
  },
  {
    name: "a tensor under another name",
    make: (folder, random) =>
      editHeader(firstOf(folder, "model.safetensors"), (header) => {
        const name = pick(Object.keys(header), random);
        header[pick(["lm_head.weight", "__metadata__", "__proto__", `${name}x`], random)] = header[name];
        if (random.below(2) === 0) delete header[name];
      }),
  },
  {
    name: "the header's length",
    make: (folder, random) => {
      const path = firstOf(folder, "model.safetensors");
      const bytes = readFileSync(path);
      bytes.writeBigUInt64LE(BigInt(pick([0, 1, 2, 7, 1e6, 99_999_999, 1e15], random)));
      writeFileSync(path, bytes);
    },
  },
  {
    name: "values that are not finite",
    make: (folder, random) => {
      const path = firstOf(folder, "model.safetensors");
      const { tensors } = readSafetensors(path);
      const { data } = tensors[pick(Object.keys(tensors), random)]!;
      data[random.below(data.length)] = pick([Number.NaN, Number.POSITIVE_INFINITY, 1e38], random);
      writeSafetensors(path, tensors);
    },
  },
  {
    name: "a part of tokenizer.json",
    make: (folder, random) =>
      editJson(join(folder, "tokenizer.json"), (json) => {
        const model = json.model as Record<string, unknown>;
        const place = pick([json, model, model.vocab as Record<string, unknown>], random);
        place[pick(Object.keys(place), random)] = pick(values, random);
      }),
  },
  {
    name: "deep JSON",
    make: (folder, random) => {
      const path = join(folder, pick(["config.json", "tokenizer.json"], random));
      const depth = 10 ** (3 + random.below(4));
      writeFileSync(
        path,
        `{"model_type":${"[".repeat(depth)}${"]".repeat(depth)},"model":{"vocab":${"[".repeat(depth)}${"]".repeat(depth)}}}`,
      );
    },
  },
  {
    name: "an index of shards",
    make: (folder, random) => {
      shard(folder);
      const path = join(folder, "model.safetensors.index.json");
      if (random.below(2) === 0) flip(path, random);
      else
        editJson(path, (index) =>
          Object.assign(index, { weight_map: { a: pick([...values, "../x.safetensors", "none.safetensors"], random) } }),
        );
    },
  },
];

function tokenizer(): object {
  const letters = "abcdefghijklmnopqrstuvwxyz".split("");
  const vocab = Object.fromEntries(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...letters].map((token, id) => [token, id]));
  const model = { type: "WordLevel", vocab, unk_token: "[UNK]" };
  const parts = { truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null };
  return { version: "1.0", ...parts, pre_tokenizer: { type: "Whitespace" }, model };
}

/** Splits a file into two shards with an index. */
function shard(folder: string): void {
  const path = join(folder, "model.safetensors");
  let tensors: ReturnType<typeof readSafetensors>["tensors"];
  try {
    ({ tensors } = readSafetensors(path));
  } catch {
    return;
  }
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const entries = Object.entries(tensors);
  for (const [i, name] of shards.entries())
    writeSafetensors(join(folder, name), Object.fromEntries(entries.filter((_, at) => at % 2 === i)));
  const map = Object.fromEntries(entries.map(([name], at) => [name, shards[at % 2]]));
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map: map }));
  rmSync(path);
}

/** The first file of sharded weights. */
function firstOf(folder: string, file: string): string {
  const path = join(folder, file);
  try {
    readFileSync(path);
    return path;
  } catch {
    return join(folder, "model-00001-of-00002.safetensors");
  }
}

function editJson(path: string, edit: (json: Record<string, unknown>) => void): void {
  const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  edit(json);
  writeFileSync(path, JSON.stringify(json));
}

function editHeader(path: string, edit: (header: Record<string, unknown>) => void): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8")) as Record<string, unknown>;
  edit(header);
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([start, json, bytes.subarray(8 + length)]));
}

function flip(path: string, random: Random): void {
  const bytes = readFileSync(path);
  // half of the changes are in the header
  const max = random.below(2) === 0 ? Math.min(bytes.length, 2000) : bytes.length;
  bytes[random.below(max)]! ^= 1 << random.below(8);
  writeFileSync(path, bytes);
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}

if (import.meta.main) await runCampaign(modelFiles);
