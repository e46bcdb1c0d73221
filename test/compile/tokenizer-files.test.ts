import { describe, expect, test } from "vitest";
import type { Spec } from "#runtime/contract/spec.ts";
import { compare, compiled, filesIn, jobsOf, ofKind, pretrain, specOf, texts, tokenizer } from "./fixtures.ts";

const vocab = Object.fromEntries(["[UNK]", "a", "b", "[CLS]"].map((token, id) => [token, id]));
const json = { model: { type: "WordLevel", vocab, unk_token: "[UNK]" }, added_tokens: [{ id: 4, content: "[MASK]", special: true }] };

const specWith = (sentinels: number | null = null): Spec =>
  specOf({
    tokenizers: { own: { kind: "existing", file: "/own.json", sentinels } },
    pretrainings: { base: pretrain({ tokenizer: "own" }) },
  });
const filesWith = (content: string) => filesIn({ ...texts, "/own.json": content });
const jobOf = (spec: Spec, content = JSON.stringify(json)) => ofKind(jobsOf(spec, "base", { files: filesWith(content) }), "tokenizer")[0]!;

describe("an existing tokenizer", () => {
  test("is planned with its missing tokens: padding, an end and sentinels", () => {
    expect(jobOf(specWith(2))).toMatchObject({
      file: { path: "/own.json" },
      added: ["<pad>", "</s>", "<extra_id_0>", "<extra_id_1>"],
      vocabulary: 9,
    });
    expect(jobOf(specWith())).toMatchObject({ vocabulary: 107 });
    expect(jobOf(specWith(0))).toMatchObject({ vocabulary: 7 });
  });

  test("is identified by its content and the added tokens, not by its path", () => {
    const elsewhere = specOf({
      tokenizers: { own: { kind: "existing", file: "/data/own.json", sentinels: 2 } },
      pretrainings: { base: pretrain({ tokenizer: "own" }) },
    });
    const files = filesIn({ ...texts, "/data/own.json": JSON.stringify(json) });
    const { fingerprint } = jobOf(specWith(2));
    expect(ofKind(jobsOf(elsewhere, "base", { files }), "tokenizer")[0]!.fingerprint).toBe(fingerprint);
    expect(jobOf(specWith(3)).fingerprint).not.toBe(fingerprint);
    expect(jobOf(specWith(2), JSON.stringify({ ...json, decoder: null })).fingerprint).not.toBe(fingerprint);
  });

  test("gives the model its rows before anything is run", () => {
    const jobs = jobsOf(specWith(2), "base", { files: filesWith(JSON.stringify(json)), known: () => null });
    expect(ofKind(jobs, "pretrain")[0]!.model.input.vocabulary).toBe(9);
  });

  test.each([
    ["broken JSON", "{", "/own.json is not JSON: .* Copy the file again"],
    ["JSON of something else", "[1]", "/own.json has no model with a vocabulary, so it is not a tokenizer.json"],
    ["JSON that is nested a million deep", "[".repeat(1e6) + "]".repeat(1e6), "is nested more than 1000 deep"],
    ["an id that two tokens have", JSON.stringify({ model: { vocab: { a: 0, b: 1, c: 1 } } }), 'the tokens "b" and "c" both have the id 1'],
    [
      "an added token with another's id",
      JSON.stringify({ ...json, added_tokens: [{ id: 1, content: "new" }] }),
      '"a" and "new" both have the id 1',
    ],
    [
      "an id beyond all tokens",
      JSON.stringify({ model: { vocab: { a: 0, b: 4e9 } } }),
      'the token "b" has the id 4000000000, but there are only 2 tokens',
    ],
    ["a negative id", JSON.stringify({ model: { vocab: { a: 0, b: -1 } } }), 'the token "b" has the id -1'],
    [
      "a merge of no token",
      JSON.stringify({ model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: ["a b"] } }),
      'merge 1, "a b", needs "ab"',
    ],
    ["a merge of one", JSON.stringify({ model: { type: "BPE", vocab: { a: 0 }, merges: [["a"]] } }), "is not a pair of tokens"],
    ["a model of another kind", JSON.stringify({ model: { type: "Neural", vocab: { a: 0 } } }), 'has the type "Neural"; supported are BPE'],
    [
      "a token for unknown words that it has not",
      JSON.stringify({ model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "[UNK]" } }),
      'its unk_token "\\[UNK\\]" is not a token',
    ],
    ["an added token that is none", JSON.stringify({ ...json, added_tokens: [null] }), "is not a list of tokens with their ids"],
    [
      "an added token behind a hole, which the library reads with another id",
      JSON.stringify({ model: { vocab: { a: 0, b: 5 } }, added_tokens: [{ id: 6, content: "<x>" }] }),
      'its added token "<x>" has the id 6, which the tokenizers library reads as 2: the ids of its 2 tokens have holes',
    ],
    [
      "an added token in a hole",
      JSON.stringify({ model: { vocab: { a: 0, b: 1, c: 3 } }, added_tokens: [{ id: 2, content: "<x>" }] }),
      'its added token "<x>" has the id 2, which the tokenizers library reads as 3',
    ],
    [
      "a step of another type",
      JSON.stringify({ ...json, pre_tokenizer: { type: "Nope" } }),
      'its pre-tokenizer has the type "Nope"; supported are Bert',
    ],
    [
      "a step inside of another",
      JSON.stringify({ ...json, normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Nope" }] } }),
      'its normalizer has the type "Nope"',
    ],
    ...(
      [
        ["a(b", "a parenthesis is not closed"],
        ["a)b", "a closing parenthesis has no opening one"],
        ["[ab", "a bracket is not closed"],
        ["[]", "a bracket is not closed"],
        ["*a", "nothing precedes \\*"],
        ["a|+", "nothing precedes \\+"],
        ["a\\", "it ends with a backslash"],
      ] as const
    ).map(([pattern, wrong]): [string, string, string] => [
      `the pattern ${pattern}`,
      JSON.stringify({ ...json, pre_tokenizer: { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated" } }),
      `of its pre-tokenizer cannot be read: ${wrong}`,
    ]),
    ["a dropout that is no share", JSON.stringify({ model: { type: "BPE", vocab: { a: 0 }, merges: [], dropout: 2 } }), "its dropout is 2"],
    ["a vocabulary without ids", JSON.stringify({ model: { vocab: { a: "b" } } }), "is not a list of tokens with their ids"],
  ])("%s is said at its file", (_, content, message) => {
    const { problems } = compiled(specWith(), "base", { files: filesWith(content) });
    const [found] = problems.filter(({ code }) => code === "unusable-tokenizer");
    expect(found).toMatchObject({ path: ["tokenizers", "own", "file"], message: expect.stringMatching(message) });
  });

  test.each([
    "'s|'t| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*",
    "[\\[\\]]|[]a]|[^]b]|[[:alpha:]&&[^x]]|[\\[]+",
    "(?<name>a)|(?>b+)|(?<=c)d|]",
  ])("the pattern %s is read", (pattern) => {
    const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
    expect(compiled(specWith(), "base", { files: filesWith(JSON.stringify({ ...json, pre_tokenizer: split })) }).problems).toEqual([]);
  });

  test("merges dropped at random are reported, and reading does without", () => {
    const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"], dropout: 0.5 };
    const { problems, plan } = compiled(specWith(), "base", { files: filesWith(JSON.stringify({ model })) });
    expect(plan).not.toBeNull();
    expect(problems).toMatchObject([{ severity: "warning", code: "random-tokens", message: expect.stringContaining("(dropout: 0.5)") }]);
  });

  test("a missing file is said", () => {
    expect(compiled(specWith(), "base").problems[0]).toMatchObject({ message: "There is no file /own.json. Name a tokenizer.json." });
  });

  test("its own sentinels are counted, and no others can be asked for", () => {
    const withOwn = JSON.stringify({ ...json, added_tokens: [...json.added_tokens, { id: 5, content: "<extra_id_0>", special: true }] });
    expect(jobOf(specWith(), withOwn)).toMatchObject({ added: ["<pad>", "</s>"], vocabulary: 8 });
    const { problems } = compiled(specWith(2), "base", { files: filesWith(withOwn) });
    expect(problems).toContainEqual(
      expect.objectContaining({ path: ["tokenizers", "own", "sentinels"], message: expect.stringContaining("has 1 sentinels of its own") }),
    );
    const spans = { ...specWith(), pretrainings: { base: pretrain({ tokenizer: "own", objective: "t5" }) } };
    expect(compiled(spans, "base", { files: filesWith(withOwn) }).problems.map(({ code }) => code)).toContain("too-few-sentinels");
  });

  test("a comparison with a trained one of another size is warned of", () => {
    const spec = specWith(2);
    const both: Spec = {
      ...spec,
      tokenizers: { ...spec.tokenizers, pieces: tokenizer() },
      comparisons: {
        which: {
          extends: "base",
          vary: [{ key: "tokenizer", values: ["pieces", "own"].map((name) => ({ label: name, value: name })) }],
          match: "tokens",
          finetune: [],
          seeds: [1],
          baselines: [],
          expect: [],
        },
      },
    };
    const found = compiled(both, "which", { files: filesWith(JSON.stringify(json)) }).problems.find(
      ({ code }) => code === "vocabularies-differ",
    );
    expect(found?.message).toContain("own has 9 entries and pieces 1,000 entries");
    expect(found?.set).toBeUndefined();
  });

  test.each<[string, object, string | null]>([
    [
      "folds case and accents",
      { normalizer: { type: "BertNormalizer", lowercase: true, strip_accents: null } },
      "upper and lower case and accents",
    ],
    [
      "folds case deep inside",
      { normalizer: { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "Sequence", normalizers: [{ type: "Lowercase" }] }] } },
      "Unicode forms of characters and upper and lower case",
    ],
    ["drops spaces", { pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }] } }, "the positions of spaces"],
    ["keeps everything", { normalizer: { type: "BertNormalizer", lowercase: false }, pre_tokenizer: { type: "ByteLevel" } }, null],
    ["has settings that are none", { normalizer: [1, null], pre_tokenizer: "ByteLevel" }, null],
  ])("that %s, by its settings", (_, settings, lost) => {
    const spec = specWith();
    const pieces = tokenizer();
    const vary = [{ key: "tokenizer" as const, values: ["pieces", "own"].map((name) => ({ label: name, value: name })) }];
    const both = {
      ...spec,
      tokenizers: { ...spec.tokenizers, pieces },
      comparisons: { which: compare({ vary, finetune: [], baselines: [] }) },
    };
    const { problems } = compiled(both, "which", { files: filesWith(JSON.stringify({ ...json, ...settings })) });
    const found = problems.find(({ code }) => code === "text-not-given-back");
    expect(found?.path).toEqual(lost === null ? undefined : ["tokenizers", "own", "file"]);
    if (lost !== null) expect(found!.message).toContain(`it loses ${lost} and thus predicts a different text`);
  });
});
