import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "../..");

/** Suites of the extension host, one window after another on the same folder: the second finds the run that the first left going. */
export const suites = ["first", "reload"] as const;
export type Suite = (typeof suites)[number];

/** A small experiment on real text, of which every part runs in seconds, but for `long`. */
export const experiment = `/** Which objective serves the task best, at the same tokens? */

corpus speeches {
  files: "speeches/*.txt"
  split: { by: position, validation: 10% }
}

tokenizer pieces {
  kind: bpe
  vocabulary: 400
  train on: speeches
}

model tiny {
  architecture: auto
  layers: 1
  hidden: 32
  heads: 2
  context: 32
}

objective clm = causal
objective mlm = masked { rate: 15% }
objective t5 = span_corruption { rate: 15%, mean_span: 3 }

/** Which century is a sentence from? */
task century = classification {
  train: "century/train.tsv"
  validation: "century/validation.tsv"
  test: "century/test.tsv"
  text: sentence
  label: century
  metrics: [accuracy]
}

pretrain base {
  model: tiny
  objective: clm
  corpus: speeches
  tokenizer: pieces
  budget: 400 steps
  batch: 8
  optimizer: adamw { learning_rate: 3e-3, warmup: 5%, schedule: cosine }
}

/** Long enough to be stopped, and to be there after a reload. */
pretrain long {
  extends: base
  budget: 100000 steps
}

/** Which objective serves the task best? */
compare objectives {
  extends: base
  vary objective: [clm, mlm, t5]
  match: tokens
  finetune: { task: century, epochs: 2 }
  seeds: 1..2
  baselines: [scratch, majority]
  expect: clm > scratch on century.accuracy
}
`;

/** Where a declaration of it begins, from 1. */
export function lineOf(text: string): number {
  return experiment.split("\n").findIndex((line) => line.startsWith(text)) + 1;
}

/** A corpus that would be markup if anyone took it for that. */
const markup = `corpus pages {
  files: "pages.txt"
  split: { by: position, validation: 10% }
}

objective mlm = masked { rate: 15% }

model small {
  layers: 1
  hidden: 16
  heads: 1
  context: 32
}

tokenizer letters {
  kind: characters
  train on: pages
}

/** Words. <img src="x" onerror="document.body.remove()"> [click](command:workbench.action.terminal.new) \u202egnp.exe \u001b[31mred */
pretrain words {
  model: small
  objective: mlm
  corpus: pages
  tokenizer: letters
  budget: 10 steps
  batch: 4
}
`;

/** A folder with `tiny.pretrain`, `markup.pretrain` and their data, and a tiny BERT in `checkpoint`. */
export function makeWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-workspace-"));
  const sample = join(root, "media/sample");
  mkdirSync(join(folder, "speeches"));
  mkdirSync(join(folder, "century"));
  for (const name of readdirSync(join(sample, "speeches"))
    .sort()
    .filter((_, index) => index % 3 === 0)) {
    cpSync(join(sample, "speeches", name), join(folder, "speeches", name));
  }
  for (const [part, rows] of Object.entries({ train: 120, validation: 60, test: 100 })) {
    const lines = readFileSync(join(sample, "century", `${part}.tsv`), "utf8").split("\n");
    writeFileSync(join(folder, "century", `${part}.tsv`), `${lines.slice(0, rows + 1).join("\n")}\n`);
  }
  writeFileSync(join(folder, "tiny.pretrain"), experiment);
  writeCheckpoint(join(folder, "checkpoint"));
  writeFileSync(
    join(folder, "pages.txt"),
    // short: every window of 32 characters has what would be live
    "<b>bold</b>\u202e<img src=x onerror=a()>\u001b[a](command:b)\n".repeat(300),
  );
  writeFileSync(join(folder, "markup.pretrain"), markup);
  return folder;
}

/** A reference model with a vocabulary of as many entries as it has. */
function writeCheckpoint(folder: string): void {
  cpSync(join(root, "test/reference/models/bert-masked-lm"), folder, { recursive: true });
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...letters, ...letters.map((letter) => `##${letter}`)];
  const vocabulary = Array.from({ length: 96 }, (_, i) => words[i] ?? `word${i}`);
  writeFileSync(join(folder, "vocab.txt"), `${vocabulary.join("\n")}\n`);
}

export function removeWorkspace(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
