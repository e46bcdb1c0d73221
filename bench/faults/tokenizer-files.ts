import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { readTokenizerFile } from "#runtime/compile/tokenizer-files.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { ExistingTokenizerJob } from "#runtime/contract/plan.ts";
import type { Random } from "#runtime/random/random.ts";
import { adoptTokenizer } from "#runtime/tokenizers/adopt.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";

/** Changed tokenizer files. Each is planned, adopted and used to encode a text, or refused with a message. */
export const tokenizerFiles: Campaign = { name: "tokenizer-files", cases: 2000, seconds: 30, run: tryCase };

async function tryCase(_: number, random: Random): Promise<CaseOutcome> {
  const root = mkdtempSync(join(tmpdir(), "pretrain-fault-"));
  try {
    const change = pick(changes, random);
    const path = join(root, "tokenizer.json");
    change.make(path, random);
    try {
      return { kind: `${change.name}: ${await used(path, root)}` };
    } catch (error) {
      if (error instanceof JobFailure) return { kind: `${change.name}: told` };
      throw error;
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function used(path: string, root: string): Promise<"used" | "told"> {
  const known = readTokenizerFile({ kind: "existing", file: path, sentinels: 2 }, nodeFiles(join(root, ".pretrain")));
  if ("wrong" in known) return "told";
  const into = join(root, "job");
  mkdirSync(into);
  await adoptTokenizer({ file: known.file, added: known.added } as ExistingTokenizerJob, into);
  const tokenizer = openTokenizer(into);
  const ids = await tokenizer.encode("a bad cab, and ab!");
  if (ids.some((id) => id < 0 || id >= tokenizer.vocabulary.size)) throw new Error(`ids beyond ${tokenizer.vocabulary.size}: ${ids}`);
  tokenizer.decodeWithSpecialTokens(ids);
  return "used";
}

interface Change {
  name: string;
  make(path: string, random: Random): void;
}

type Json = Record<string, unknown>;

const values: readonly unknown[] = [0, -1, 1, 1.5, 3, 1e9, 1e300, null, true, "", "a", "constructor", "__proto__", [], {}, [[]], [null]];
const types = ["BPE", "WordPiece", "Unigram", "Neural", "", null, 3];
const patterns = ["(a+)+$", "(a|a)*$", "(((", "", "\\p{L}+", "(a*)*b", "(?<=a)b", "a".repeat(70_000)];

const changes: readonly Change[] = [
  ...["WordLevel", "BPE"].flatMap((kind): Change[] => [
    { name: `${kind}, a byte`, make: (path, random) => flip(path, kind, random) },
    { name: `${kind} cut`, make: (path, random) => cut(path, kind, random) },
    {
      name: `${kind}, a part`,
      make: edited(kind, (json, random) => {
        const model = json.model as Json;
        const place = pick([json, model, json.pre_tokenizer as Json], random);
        place[pick(Object.keys(place), random)] = pick(values, random);
      }),
    },
    {
      name: `${kind}, an id`,
      make: edited(kind, ({ model }, random) => {
        const vocab = (model as { vocab: Json }).vocab;
        vocab[pick(Object.keys(vocab), random)] = pick(values, random);
      }),
    },
    {
      name: `${kind}, a token removed`,
      make: edited(kind, ({ model }, random) => {
        const vocab = (model as { vocab: Json }).vocab;
        delete vocab[pick(Object.keys(vocab), random)];
      }),
    },
    {
      name: `${kind}, an added token`,
      make: edited(kind, (json, random) => {
        json.added_tokens = [{ id: random.below(40), content: pick(["a", "new", "", "<pad>"], random), special: random.below(2) === 0 }];
      }),
    },
    {
      name: `${kind} of another type`,
      make: edited(kind, ({ model }, random) => {
        (model as Json).type = pick(types, random);
      }),
    },
  ]),
  {
    name: "a merge",
    make: edited("BPE", ({ model }, random) => {
      (model as { merges: unknown[] }).merges.push(pick([["z", "a"], ["a"], "a b c", "b a", null, 3, ["a", "\u0000"]], random));
    }),
  },
  {
    name: "a pattern",
    make: edited("BPE", (json, random) => {
      json.pre_tokenizer = { type: "Split", pattern: { Regex: pick(patterns, random) }, behavior: "Isolated", invert: false };
    }),
  },
  {
    name: "deep JSON",
    make: (path, random) => {
      const depth = 10 ** (3 + random.below(4));
      writeFileSync(path, `{"model":{"vocab":${"[".repeat(depth)}${"]".repeat(depth)}}}`);
    },
  },
  { name: "a folder", make: (path) => mkdirSync(path) },
  { name: "an empty file", make: (path) => writeFileSync(path, "") },
];

function edited(kind: string, edit: (json: Json, random: Random) => void): Change["make"] {
  return (path, random) => {
    const json = tokenizer(kind);
    edit(json, random);
    writeFileSync(path, JSON.stringify(json));
  };
}

function tokenizer(kind: string): Json {
  const letters = "abcdefghijklmnopqrstuvwxyz,!".split("");
  const tokens = ["<unk>", ...letters, ...(kind === "BPE" ? ["ab", "ad"] : ["bad", "cab"])];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const merges = [
    ["a", "b"],
    ["a", "d"],
  ];
  const model = { type: kind, vocab, unk_token: "<unk>", ...(kind === "BPE" ? { merges } : {}) };
  const parts = { truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null };
  return { version: "1.0", ...parts, pre_tokenizer: { type: "Whitespace" }, model };
}

function flip(path: string, kind: string, random: Random): void {
  const bytes = Buffer.from(JSON.stringify(tokenizer(kind)));
  bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  writeFileSync(path, bytes);
}

function cut(path: string, kind: string, random: Random): void {
  const text = JSON.stringify(tokenizer(kind));
  writeFileSync(path, text.slice(0, random.below(text.length)));
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}

if (import.meta.main) await runCampaign(tokenizerFiles);
