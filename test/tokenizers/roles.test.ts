import { expect, test } from "vitest";
import { sentinelId, sentinelIndex } from "#runtime/objectives/objective.ts";
import { rolesOf } from "#runtime/tokenizers/roles.ts";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";

const json = (tokens: readonly string[], special: readonly string[]): TokenizerJson => ({
  added_tokens: special.map((content) => ({ id: tokens.indexOf(content), content, special: true })),
  post_processor: null,
  normalizer: null,
  pre_tokenizer: null,
  model: { vocab: tokens.map((token, i): [string, number] => [token, -i]) },
});

test("T5's sentinels count down from the end of its vocabulary", () => {
  const sentinels = ["<extra_id_2>", "<extra_id_1>", "<extra_id_0>"];
  const roles = rolesOf(json(["<pad>", "</s>", "<unk>", "\u2581a", "b", "c", "d", ...sentinels], ["<pad>", "</s>", "<unk>", ...sentinels]));
  expect(roles).toMatchObject({
    size: 10,
    pad: 0,
    end: 1,
    unknown: 2,
    begin: 0,
    firstOrdinary: 3,
    endOrdinary: 7,
    firstSentinel: 7,
    sentinels: 3,
  });
  expect([0, 1, 2].map((index) => sentinelId(index, roles))).toEqual([9, 8, 7]);
  expect([6, 7, 8, 9].map((id) => sentinelIndex(id, roles))).toEqual([undefined, 2, 1, 0]);
});

test("our own count up", () => {
  const roles = rolesOf(json(["<pad>", "<unk>", "<s>", "</s>", "<mask>", "a", "b", "<extra_id_0>", "<extra_id_1>"], []));
  expect([0, 1].map((index) => sentinelId(index, roles))).toEqual([7, 8]);
  expect([6, 7, 8].map((id) => sentinelIndex(id, roles))).toEqual([undefined, 0, 1]);
});

test("a tokenizer without sentinels has none, and its special tokens bound the ordinary ones", () => {
  const roles = rolesOf(json(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ..."abcdefgh"], []));
  expect(roles).toMatchObject({ firstOrdinary: 5, endOrdinary: 13, sentinels: 0, mask: 4, begin: 2, end: 3 });
});
