import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompletionItem, CompletionList } from "vscode-languageserver-protocol";
import { optionsOf } from "#runtime/contract/catalogue/index.ts";
import { atCursor, type Editor, startEditor } from "./client.ts";

const declared = "objective clm = causal\nobjective mlm = masked\nmodel small {}\ncorpus mails {}\n";

let editor: Editor;
beforeAll(async () => {
  const files = { "mails.txt": "x", "data/words.tsv": "x", "shared.pretrain": "model shared_model {}" };
  editor = await startEditor(files, undefined, afterAll);
});

let opened = 0;

/** What is offered at `|`, in order, and the items themselves. */
async function offered(marked: string): Promise<{ labels: string[]; items: CompletionItem[] }> {
  const { text, position } = atCursor(marked);
  const name = `${opened++}.pretrain`;
  await editor.open(name, text);
  const { items } = await editor.request<CompletionList>("textDocument/completion", name, { position });
  return { labels: items.map(({ label }) => label), items };
}

describe("at the cursor", () => {
  const cases: [what: string, text: string, expected: string[]][] = [
    [
      "declarations at the top",
      "|",
      ["corpus", "tokenizer", "model", "objective", "task", "pretrain", "finetune", "probe", "compare", "import"],
    ],
    [
      "declarations behind others",
      `${declared}\n|`,
      ["corpus", "tokenizer", "model", "objective", "task", "pretrain", "finetune", "probe", "compare", "import"],
    ],
    [
      "keys of a block that are not there yet",
      "model m { layers: 4, hea|",
      ["extends", "family", "architecture", "hidden", "heads", "feed_forward", "context"],
    ],
    ["keys on the next line", "tokenizer t {\n  kind: bpe\n  |\n}", ["extends", "vocabulary", "train on", "lowercase", "sentinels"]],
    ["a key in front of others", "model m {\n  activ|\n  layers: 4\n}", ["extends", "family", "architecture", "layers"]],
    ["the second word of a key", "tokenizer t { train |", ["on"]],
    ["keys of settings in place", "pretrain p { optimizer: adamw { learning_rate: 1e-3, |", ["final_learning_rate", "warmup", "schedule"]],
    ["keys of an option", "objective x = masked { |", ["extends", "rate", "mask", "random", "keep", "whole_words", "sentences"]],
    ["keys of a block", "corpus c { split: { |", ["by", "validation", "test"]],
    ["what may vary", "compare c { vary |", ["model", "objective", "corpus", "tokenizer", "batch", "budget", "learning_rate"]],
    ["choices", "tokenizer t { kind: |", ["bpe", "wordpiece", "unigram", "characters", "bytes"]],
    ["true and false", "model m { biases: |", ["true", "false"]],
    ["the catalogue's objectives", "objective x = |", optionsOf("objective").map(({ name }) => name)],
    ["declarations of a kind", `${declared}pretrain p { model: |`, ["small"]],
    ["declared objectives before the catalogue's", `${declared}pretrain p { objective: |`, ["clm", "mlm", "causal"]],
    ["elements of a list", `${declared}compare c { vary objective: [clm, |`, ["clm", "mlm", "causal"]],
    ["parts of a mixture", `${declared}objective x = mixture { 50%: |`, ["clm", "mlm", "causal"]],
    ["units behind a number", "pretrain p { budget: 5M |", ["tokens", "steps", "epochs", "flops"]],
    ["units that are begun", "pretrain p { budget: 5M tok|", ["tokens", "steps", "epochs", "flops"]],
    ["what an expectation names", `${declared}compare c { expect: |`, ["clm", "mlm", "small", "mails"]],
    ["the other side of an expectation", `${declared}compare c { expect: clm > |`, ["clm", "mlm", "small", "mails"]],
    ["metrics", `${declared}compare c { expect: clm > mlm on mails.|`, ["accuracy", "precision", "precision_micro"]],
    ["files and folders in quotes", 'corpus c { files: "|', ["data/", "mails.txt", "shared.pretrain"]],
    ["files of a folder", 'task t = classification { train: "data/|', ["words.tsv"]],
    ["files to import", 'import "|', ["data/", "shared.pretrain"]],
    ["names of imported files", 'import "shared.pretrain"\npretrain p { model: |', ["shared_model"]],
    ["declarations written behind a mistake", "model broken {{{\n}\nmodel other { }\npretrain p { model: |", ["broken", "other"]],
  ];
  test.each(cases)("%s", async (_, text, expected) => {
    const { labels } = await offered(text);
    expect(labels.slice(0, expected.length)).toEqual(expected);
  });
});

test("nothing in comments, after a finished value and for a new name", async () => {
  for (const text of ["// corpus |", "/* pretrain { | */", "model |", "model m { layers: 4 |", "pretrain p { nonsense: |"]) {
    expect((await offered(text)).labels, text).toEqual([]);
  }
});

test("values that the runtime does not support yet are not offered", async () => {
  const { labels } = await offered("pretrain p { budget: 5 |");
  expect(labels).toContain("tokens");
  for (const unit of ["s", "min", "h"]) expect(labels).not.toContain(unit);
});

test("items carry documentation, defaults and the range to replace", async () => {
  const { items } = await offered("model m { lay|");
  const layers = items.find(({ label }) => label === "layers");
  expect(layers).toMatchObject({
    detail: "default 4",
    textEdit: { newText: "layers: 4", range: { start: { line: 0, character: 10 }, end: { line: 0, character: 13 } } },
    documentation: { kind: "markdown", value: expect.stringContaining("Number of blocks; an encoder-decoder has as many on each side.") },
  });
});
