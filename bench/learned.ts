/*
 * Whether trainings that learn nothing are called so, and those that learn are not: pre-trainings on the demo's corpus, each with what it must be
 * called. Exits with 1 if one is called otherwise.
 *
 * node examples/prepare-data.ts; node bench/learned.ts [--tokens 1.2M] [--only NAME]… [--engine onnx]
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { load } from "#runtime/cli/load.ts";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { learnedShares, saysWhat } from "#runtime/contract/describe-learning.ts";
import { trainedBy, unlearned } from "#runtime/contract/learning.ts";
import { random, shuffle } from "#runtime/random/random.ts";

const { values } = parseArgs({
  options: {
    tokens: { type: "string", default: "1.2M" },
    only: { type: "string", multiple: true },
    engine: { type: "string", default: "onnx" },
  },
});
const root = join(import.meta.dirname, "..");

interface Trial {
  name: string;
  /** Settings besides those of the first. */
  settings: string;
  /** The loss that must be called not learned; absent: none may be. */
  not?: "tokens" | "discriminator" | "pairs";
}

const rate = (each: number) => `optimizer: adamw { learning_rate: ${each}, warmup: 5%, schedule: cosine }`;
const each = <T>(of: readonly T[], trial: (value: T) => Trial) => of.map(trial);

const trials: Trial[] = [
  { name: "rate_of_5", settings: rate(5), not: "tokens" },
  { name: "frozen", settings: rate(1e-9), not: "tokens" },
  { name: "narrow_generator", settings: "objective: replaced_token { generator: 25% }", not: "discriminator" },
  { name: "shuffled_order", settings: "objective: masked { sentences: order }, corpus: shuffled", not: "pairs" },
  ...[1e-3, 2e-3, 3e-3].flatMap((tried, i) =>
    each([1, 2], (seed) => ({ name: `causal_${i + 1}_${seed}`, settings: `${rate(tried)}, seed: ${seed}` })),
  ),
  ...each(["one_layer", "four_layers", "narrow", "wide"], (model) => ({ name: model, settings: `model: ${model}_model` })),
  ...each([8, 32], (batch) => ({ name: `batch_${batch}`, settings: `batch: ${batch}` })),
  ...each([1, 2, 3, 4], (seed) => ({ name: `prefix_${seed}`, settings: `objective: prefix, seed: ${seed}` })),
  ...each([1, 2, 3, 4], (seed) => ({ name: `masked_${seed}`, settings: `objective: masked, seed: ${seed}` })),
];

const experiment = `
corpus prose { files: "data/prose/*.txt", split: { validation: 5% } }
corpus shuffled { files: "shuffled.txt", documents: line, split: { validation: 5% } }
tokenizer pieces { kind: bpe, vocabulary: 1k, train on: prose }
model small { layers: 2, hidden: 64, heads: 2, context: 64 }
model one_layer_model { extends: small, layers: 1 }
model four_layers_model { extends: small, layers: 4 }
model narrow_model { extends: small, hidden: 32 }
model wide_model { extends: small, hidden: 128 }
pretrain first { model: small, objective: causal, corpus: prose, tokenizer: pieces, budget: ${values.tokens} tokens, batch: 16, ${rate(3e-3)} }
${trials.map(({ name, settings }) => `pretrain ${name} { extends: first, ${settings} }`).join("\n")}
`;

const folder = mkdtempSync(join(tmpdir(), "pretrain-learned-"));
try {
  cpSync(join(root, "examples", "data"), join(folder, "data"), { recursive: true });
  writeFileSync(join(folder, "shuffled.txt"), shuffledSentences().join("\n"));
  const file = join(folder, "learned.pretrain");
  writeFileSync(file, experiment);
  const chosen = trials.filter(({ name }) => !values.only || values.only.includes(name));
  const rows: string[][] = [];
  for (const trial of chosen) rows.push(await rowOf(file, trial));
  const wrong = rows.filter((row) => row.at(-1) === "wrong").length;
  console.log(alignedRows(["training", "learned", "called", "must be", ""], rows, "left"));
  console.log(`${rows.length - wrong} of ${rows.length} are called what they are`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function rowOf(file: string, { name, not }: Trial): Promise<string[]> {
  const command = [join(root, "runtime", "cli", "main.ts"), "run", file, name, "--engine", values.engine];
  const ran = spawnSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  const loaded = await load(file);
  const job = loaded.plan(name).plan.jobs.at(-1)!;
  if (job.kind !== "pretrain") throw new Error(`${name} is a ${job.kind}`);
  const points = loaded.store.readResult(job)?.learning;
  // a loss that is not a number ends the training
  if (!points) return [name, "", ran.status === 0 ? "nothing" : "failed", not ?? "learned", not && ran.status !== 0 ? "" : "wrong"];
  const found = unlearned(points, trainedBy(job));
  const isRight = not ? found.some(({ of }) => of === not) : found.length === 0;
  return [
    name,
    learnedShares(points.at(-1)!),
    found.map(saysWhat).join("; ") || "learned",
    not ? `not learned: ${not}` : "learned",
    isRight ? "" : "wrong",
  ];
}

/** Documents of two sentences of the corpus in an order that says nothing. */
function shuffledSentences(): string[] {
  const prose = join(folder, "data", "prose");
  const texts = readdirSync(prose).map((name) => readFileSync(join(prose, name), "utf8"));
  const sentences = texts
    .flatMap((text) => text.replace(/\s+/g, " ").match(/[^.?!]{20,120}[.?!]/g) ?? [])
    .map((sentence) => sentence.trim());
  const mixed = shuffle(sentences, random("shuffled sentences"));
  return Array.from({ length: mixed.length >> 1 }, (_, i) => `${mixed[2 * i]} ${mixed[2 * i + 1]}`);
}
