import { Tokenizer as NativeTokenizer } from "tokenizers";
import { expect, test } from "vitest";
import { type Frame, framed, frameOf, usualFrame } from "#runtime/tokenizers/frame.ts";
import { ownPostProcessor, type TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";

const tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d"];
const id = (token: string) => tokens.indexOf(token);

const tokenizerWith = (postProcessor: unknown): TokenizerJson => ({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: postProcessor,
  decoder: null,
  model: { type: "WordLevel", vocab: Object.fromEntries(tokens.map((token, at) => [token, at])), unk_token: "[UNK]" } as never,
});

const [cls, sep] = [
  ["[CLS]", 2],
  ["[SEP]", 3],
];
const sequence = (name: "A" | "B", type: number) => ({ Sequence: { id: name, type_id: type } });
const special = (name: string, type: number) => ({ SpecialToken: { id: name, type_id: type } });
const template = (single: unknown[], pair: unknown[]) => ({
  type: "TemplateProcessing",
  single,
  pair,
  special_tokens: Object.fromEntries([cls, sep].map(([name, at]) => [name, { id: name, ids: [at], tokens: [name] }])),
});

test.each([
  ["BERT's", { type: "BertProcessing", sep, cls }],
  ["RoBERTa's", { type: "RobertaProcessing", sep, cls, trim_offsets: true, add_prefix_space: false }],
  [
    "BERT's as a template",
    template(
      [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)],
      [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0), sequence("B", 1), special("[SEP]", 1)],
    ),
  ],
  [
    "T5's",
    template([sequence("A", 0), special("[SEP]", 0)], [sequence("A", 0), special("[SEP]", 0), sequence("B", 0), special("[SEP]", 0)]),
  ],
  [
    "Llama's, behind another",
    {
      type: "Sequence",
      processors: [
        { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
        template([special("[CLS]", 0), sequence("A", 0)], [special("[CLS]", 0), sequence("A", 0), special("[CLS]", 1), sequence("B", 1)]),
      ],
    },
  ],
])("texts and pairs stand in %s frame, as other programs that read the file put them", async (_, postProcessor) => {
  const json = tokenizerWith(postProcessor);
  const native = NativeTokenizer.fromString(JSON.stringify(json));
  const frame = frameOf(json, { begin: 0, end: 0 });
  const alone = await native.encode("a b");
  expect(framed([[id("a"), id("b")]], frame, 99)).toEqual({ ids: alone.getIds(), types: alone.getTypeIds() });
  const pair = await native.encode("a b", "c");
  expect(framed([[id("a"), id("b")], [id("c")]], frame, 99)).toEqual({ ids: pair.getIds(), types: pair.getTypeIds() });
});

test.each([
  ["no post-processor", null],
  ["one that adds nothing", { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true }],
  ["our own", ownPostProcessor],
])("with %s the frame is the usual one", (_, postProcessor) => {
  expect(frameOf(tokenizerWith(postProcessor), { begin: 2, end: 3 })).toEqual(usualFrame({ begin: 2, end: 3 }));
});

test("the longer text is cut, and never the frame", () => {
  const pair: Frame = frameOf(tokenizerWith({ type: "RobertaProcessing", sep, cls, trim_offsets: true, add_prefix_space: false }), {
    begin: 0,
    end: 0,
  });
  expect(framed([[4, 5, 6], [7]], pair, 6).ids).toEqual([2, 4, 3, 3, 7, 3]);
  expect(framed([[4, 5, 6], [7]], pair, 2).ids).toEqual([2, 3, 3, 3]);
});
