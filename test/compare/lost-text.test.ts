import { expect, test } from "vitest";
import { folderWith } from "../cli/cli.ts";
import { runHere } from "../train/in-process.ts";

const text = Array.from({ length: 200 }, (_, i) => `The Cat number ${i} is not (always) at Home, she said.`).join("\n");

test("bits per byte has a verdict between tokenizers that give the text back, and between no others", async () => {
  const folder = folderWith({
    "tales.txt": text,
    "a.pretrain": `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10%, test: 10% } }
tokenizer bytes_bpe { kind: bpe, vocabulary: 300, sentinels: 0, train on: tales }
tokenizer raw { kind: bytes, train on: tales }
tokenizer uncased { kind: wordpiece, vocabulary: 300, sentinels: 0, lowercase: true, train on: tales }
model tiny { layers: 1, hidden: 8, heads: 1, context: 32 }
pretrain base { model: tiny, objective: causal, corpus: tales, tokenizer: raw, budget: 1 step, batch: 2 }
compare which { extends: base, vary tokenizer: [bytes_bpe, raw, uncased], match: steps, seeds: 1..3 }
`,
  });
  const { verdicts, summary, warnings } = (await runHere(folder, "which")).result("compare", "which");
  const pairs = verdicts.filter(({ metric }) => metric === "bits_per_byte").map(({ left, right }) => `${left} ${right}`);
  expect(pairs).toEqual(["bytes_bpe raw"]);
  expect(summary.filter(({ metric }) => metric === "bits_per_byte")).toHaveLength(3);
  const said = warnings.filter((warning) => warning.startsWith("bits_per_byte with different tokenizers"));
  expect(said.length).toBeGreaterThan(0);
  for (const warning of said)
    expect(warning).toContain("the tokenizer of uncased does not, as it loses upper and lower case and the positions of spaces");
});
