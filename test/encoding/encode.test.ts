import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { openBatchEncoder } from "#runtime/encoding/encode-threads.ts";
import { openTokens } from "#runtime/encoding/token-stream.ts";
import { windowCount, windowOf } from "#runtime/encoding/windows.ts";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { workshop } from "../corpus/helpers.ts";

/** Documents whose every word tells which document it is of. */
const told = (count: number) =>
  Array.from({ length: count }, (_, d) => Array.from({ length: 5 + (d % 7) }, (_, w) => `d${d}w${w}`).join(" ")).join("\n");

test("every document is <s> … </s>, in order", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", "ab\nc\n")], { documents: "line" });
  const { folder } = await work.tokenizer({ kind: "characters" });
  const result = await work.encode();
  const tokenizer = openTokenizer(folder);
  const tokens = openTokens(work.folder("encode"), result, "train");
  expect(Array.from(tokens.read(0, tokens.length), tokenizer.token)).toEqual(["<s>", "a", "b", "</s>", "<s>", "c", "</s>"]);
  expect(result).toMatchObject({
    width: 2,
    splits: { train: { tokens: 7, bytes: 3, documents: 2, lengths: [4, 3] }, validation: { tokens: 0, shards: [] } },
  });
  tokens.close();
});

test.each(["in blocks", "at once"])("reading from any position gives the same tokens as reading everything, %s", async (how) => {
  const work = workshop();
  await work.corpus([work.file("a.txt", told(3000))], { documents: "line" });
  await work.tokenizer({ kind: "bytes" });
  const tokens = openTokens(work.folder("encode"), await work.encode(), "train", how === "in blocks" ? 0 : undefined);
  const all = tokens.read(0, tokens.length);
  expect(all.length).toBeGreaterThan(100_000);
  const from = random(1, "places");
  for (let i = 0; i < 300; i++) {
    const start = from.below(tokens.length);
    const count = from.below(Math.min(9000, tokens.length - start) + 1);
    const read = tokens.read(start, count);
    expect(read).toHaveLength(count);
    expect(read.findIndex((id, i) => id !== all[start + i])).toBe(-1);
  }
  expect(() => tokens.read(tokens.length, 1)).toThrow(RangeError);
  tokens.close();
});

test.each(["bpe", "wordpiece", "unigram", "characters", "bytes"] as const)(
  "a long document in pieces has the tokens of the whole, %s",
  async (kind) => {
    const work = workshop();
    const text = `${told(4000)}  \n\n\t tail \u00a0\u2003 é`.repeat(2);
    await work.corpus([work.file("a.txt", text)]);
    const { folder } = await work.tokenizer({ kind, vocabulary: kind === "characters" || kind === "bytes" ? null : 600 });
    const tokens = openTokens(work.folder("encode"), await work.encode(), "train");
    const whole = await openTokenizer(folder).encode(text);
    expect(text.length).toBeGreaterThan(3 * 65536);
    expect(tokens.length).toBe(whole.length + 2);
    expect(tokens.read(1, whole.length).findIndex((id, i) => id !== whole[i])).toBe(-1);
    tokens.close();
  },
);

test.each([
  ["whose tokens reach across spaces", "a b", null],
  ["that parts at spaces, of a text without any", "ab", { type: "WhitespaceSplit" }],
])("a tokenizer %s reads a long document whole", async (_, pair, pre) => {
  const work = workshop();
  // in pieces of 64 kB a cut would be inside a token
  const text = `x${pair.repeat(50_000)}`;
  await work.corpus([work.file("a.txt", text)]);
  const special = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"];
  const merges =
    pair === "ab"
      ? [["a", "b"]]
      : [
          ["a", " "],
          ["a ", "b"],
        ];
  const vocab = Object.fromEntries(
    [...special, "a", "b", "x", " ", ...merges.map((merge) => merge.join(""))].map((token, id) => [token, id]),
  );
  const parts = { normalizer: null, pre_tokenizer: pre, post_processor: null, decoder: null, added_tokens: [] };
  const json = { version: "1.0", truncation: null, padding: null, ...parts, model: { type: "BPE", unk_token: "<unk>", vocab, merges } };
  writeFileSync(join(work.folder("tokenizer"), "tokenizer.json"), JSON.stringify(json));
  const tokens = openTokens(work.folder("encode"), await work.encode(), "train");
  const ids = tokens.read(1, tokens.length - 2);
  expect(ids.length).toBe(50_001);
  expect(new Set(ids.subarray(1))).toEqual(new Set([vocab[pair]]));
  tokens.close();
});

test("ids of a large vocabulary take four bytes", async () => {
  const work = workshop();
  const characters = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x20000 + i)).join("");
  await work.corpus([work.file("a.txt", characters)]);
  await work.tokenizer({ kind: "characters" });
  const result = await work.encode();
  const tokens = openTokens(work.folder("encode"), result, "train");
  expect(result.width).toBe(4);
  expect(Array.from(tokens.read(70_000, 2))).toEqual([5 + 69_999, 3]);
  tokens.close();
});

test("nothing of a validation or test document is in a training batch, and batches made twice are equal", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", told(400))], { documents: "line", split: { validation: 0.1, test: 0.1 } });
  const { folder } = await work.tokenizer({ kind: "characters" });
  const { vocabulary, decodeWithSpecialTokens } = openTokenizer(folder);
  const tokens = openTokens(work.folder("encode"), await work.encode(), "train");
  const objective = { kind: "causal" } as const;
  const layout = layoutOf(objective, { architecture: "decoder", context: 64 });
  const batchOf = (step: number) => {
    const examples = Array.from({ length: 8 }, (_, b) => {
      const index = step * 8 + b;
      return exampleOf(objective, windowOf(tokens, layout, { seed: 3, part: 0, index }), layout, vocabulary, random(3, index));
    });
    return assembleBatch(examples, layout, vocabulary);
  };
  const steps = Math.ceil((2 * windowCount(tokens.length, layout)) / 8);
  const words = new Set<string>();
  for (let step = 0; step < steps; step++) {
    const { arrays } = batchOf(step);
    expect(batchOf(step).arrays).toEqual(arrays);
    for (let row = 0; row < 8; row++) {
      const text = decodeWithSpecialTokens((arrays.tokens as Int32Array).subarray(row * 64, (row + 1) * 64));
      // the first and the last may be cut
      for (const word of text.split(/<[^>]*>| /u).slice(1, -1)) words.add(word);
    }
  }
  const training = work.documents("train").flatMap((document) => document.split(" "));
  expect(training.filter((word) => words.has(word)).length).toBeGreaterThan(0.9 * training.length);
  for (const split of ["validation", "test"] as const) {
    const held = work.documents(split).flatMap((document) => document.split(" "));
    expect(held.length).toBeGreaterThan(50);
    expect(held.filter((word) => words.has(word))).toEqual([]);
  }
  tokens.close();
});

test("a request to stop is heard", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", told(10))]);
  await work.tokenizer({ kind: "bytes" });
  work.stop.abort();
  await expect(work.encode()).rejects.toThrow("stopped");
});

test("two threads encode the same as one, in the same order", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", told(400))]);
  const { folder } = await work.tokenizer({ kind: "bpe", vocabulary: 300 });
  const batches = Array.from({ length: 9 }, (_, b) => [told(3 + b), `batch ${b}`]);
  const [one, two] = [openBatchEncoder({ folder, whole: false }, 1), openBatchEncoder({ folder, whole: false }, 2)];
  const expected = await Promise.all(batches.map(one.encode));
  expect(await Promise.all(batches.map(two.encode))).toEqual(expected);
  await two.close();
});
