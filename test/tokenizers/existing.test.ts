import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, test } from "vitest";
import { readTokenizerFile } from "#runtime/compile/tokenizer-files.ts";
import type { ExistingTokenizerJob } from "#runtime/contract/plan.ts";
import { isOrdinary, sentinelId } from "#runtime/objectives/objective.ts";
import { adoptTokenizer } from "#runtime/tokenizers/adopt.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { filesIn } from "../compile/fixtures.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import peers from "./peer-tokenizers.json" with { type: "json" };

/** A file, with what is added to it, as a tokenizer job leaves it. */
async function adopted(json: unknown) {
  const folder = temporaryFolder();
  const path = join(folder, "own.json");
  const text = JSON.stringify(json);
  writeFileSync(path, text);
  const known = readTokenizerFile({ kind: "existing", file: path, sentinels: 3 }, filesIn({ [path]: text }));
  if ("wrong" in known) throw new Error(known.wrong);
  const job = { file: known.file, added: known.added } as ExistingTokenizerJob;
  const { vocabulary } = await adoptTokenizer(job, folder);
  return { known, vocabulary, tokenizer: openTokenizer(folder), path, folder };
}

describe.each(peers.cases.map((each) => [each.name, each] as const))("a file with %s", (_, { tokenizer: json, ids }) => {
  test("has every token that batches need, after its own, and encodes as before", async () => {
    const { known, vocabulary, tokenizer } = await adopted(json);
    expect(vocabulary).toBe(known.entries + known.added.length);
    expect(tokenizer.vocabulary).toMatchObject({ size: vocabulary, sentinels: 3 });
    const { pad, begin, end, mask } = tokenizer.vocabulary;
    expect(new Set([pad, begin, end, mask]).size).toBe(4);
    for (const id of [pad, begin, end, mask]) expect(isOrdinary(id, tokenizer.vocabulary)).toBe(false);
    expect([0, 1, 2].map((index) => tokenizer.token(sentinelId(index, tokenizer.vocabulary)))).toEqual([
      "<extra_id_0>",
      "<extra_id_1>",
      "<extra_id_2>",
    ]);
    const texts = peers.texts.map((text, i) => ({ text, requested: ids[i]! })).filter(({ text }) => !text.includes("<"));
    for (const { text, requested } of texts) expect.soft(Array.from(await tokenizer.encode(text)), text).toEqual(requested);
    // what the file writes about a mask is text
    expect(await tokenizer.encode("<mask>")).not.toContain(mask);
  });

  test("is what other programs read too", async () => {
    const { folder, tokenizer } = await adopted(json);
    const native = NativeTokenizer.fromString(JSON.stringify({ ...JSON.parse(read(join(folder, "tokenizer.json"))), truncation: null }));
    const { mask } = tokenizer.vocabulary;
    expect(native.tokenToId(tokenizer.token(mask))).toBe(mask);
    expect(native.tokenToId("<extra_id_2>")).toBe(sentinelId(2, tokenizer.vocabulary));
  });
});

test("added tokens are found in texts, special ones too; those that batches need are not", async () => {
  const json = structuredClone(peers.cases[0]!.tokenizer) as { added_tokens: object[]; model: { vocab: object } };
  const size = Object.keys(json.model.vocab).length;
  const token = (id: number, content: string, special: boolean) => ({
    id,
    content,
    special,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  });
  json.added_tokens.push(token(size, "<|special|>", true), token(size + 1, "pretraining", false));
  const { tokenizer } = await adopted(json);
  expect(Array.from(await tokenizer.encode("pretraining"))).toEqual([size + 1]);
  expect(Array.from(await tokenizer.encode("<|special|>"))).toEqual([size]);
  const { begin, end, mask, pad } = tokenizer.vocabulary;
  const all = [begin, end, mask, pad].map(tokenizer.token).join("");
  for (const id of await tokenizer.encode(all)) expect([begin, end, mask, pad]).not.toContain(id);
});

test("a file that changes after it was planned, or that the library cannot read, is said", async () => {
  const { known, path, folder } = await adopted(peers.cases[0]!.tokenizer);
  writeFileSync(path, "{}");
  const job = { file: known.file, added: known.added } as ExistingTokenizerJob;
  await expect(adoptTokenizer(job, folder)).rejects.toThrow("own.json changed since the plan was made");
  const broken = { ...peers.cases[0]!.tokenizer, pre_tokenizer: { type: "Unheard" } };
  await expect(adopted(broken)).rejects.toThrow(/own\.json cannot be used: its pre-tokenizer has the type "Unheard"/);
  const lacking = { ...peers.cases[0]!.tokenizer, pre_tokenizer: { type: "Split" } };
  await expect(adopted(lacking)).rejects.toThrow(/the tokenizer of .*own\.json cannot be read.*Copy its tokenizer\.json again/);
});

function read(path: string): string {
  return readFileSync(path, "utf8");
}

test("a file may have as many entries as it likes", () => {
  const vocab = Object.fromEntries(Array.from({ length: 200_000 }, (_, id) => [`t${id}`, id]));
  const text = JSON.stringify({ added_tokens: [], model: { type: "BPE", vocab, merges: [] } });
  expect(readTokenizerFile({ kind: "existing", file: "large.json", sentinels: null }, filesIn({ "large.json": text }))).toMatchObject({
    entries: 200_000,
  });
});

const pairs = (extra: object) => ({
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {
    type: "BPE",
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: { a: 0, b: 1, ab: 2 },
    merges: ["a b"],
    dropout: null,
    ...extra,
  },
});

test("a text has the same tokens each time, whatever share of merges the file leaves out", async () => {
  const { tokenizer, folder } = await adopted(pairs({ dropout: 0.5 }));
  const text = "ab".repeat(200);
  const expected = Array.from({ length: 200 }, () => 2);
  expect(Array.from(await tokenizer.encode(text))).toEqual(expected);
  const { encodeWhole } = await import("#runtime/tokenizers/whole.ts");
  expect((await encodeWhole(pairs({ dropout: 0.5 }) as never, text, folder)).ids).toEqual(expected);
});

test("holes among the ids shift no token that is added", async () => {
  const { tokenizer, vocabulary, folder } = await adopted(pairs({ vocab: { a: 0, b: 2, ab: 7 } }));
  expect(Array.from(await tokenizer.encode("abba"))).toEqual([7, 2, 0]);
  const native = NativeTokenizer.fromString(read(join(folder, "tokenizer.json")));
  expect(native.getVocabSize(true)).toBe(vocabulary);
  for (let id = 0; id < vocabulary; id++) expect(native.idToToken(id), String(id)).toBe(tokenizer.token(id));
});
