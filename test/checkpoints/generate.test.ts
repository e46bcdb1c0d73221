import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStoredModel, type StoredModel } from "#runtime/checkpoints/stored-model.ts";
import { generateIds } from "#runtime/train/generate.ts";
import { enginesHere, folderOf, referenceModels } from "./folders.ts";

interface Reference {
  input_ids: number[][];
  greedy: number[][];
  beam4: number[][];
}

const engines = await enginesHere(["onnx", "tensorflow"]);
const generating = referenceModels.filter((name) => existsSync(join(folderOf(name), "generate.json")));

/** What the model's files say of the tokens that begin and end. */
function specialOf(name: string) {
  const config = JSON.parse(readFileSync(join(folderOf(name), "generation_config.json"), "utf8")) as Record<string, number | undefined>;
  return { start: config.decoder_start_token_id ?? 0, ends: [config.eos_token_id!], forcedEnd: config.forced_eos_token_id ?? null };
}

const base = { tokens: 12, temperature: 0, topK: null, topP: null, beams: 1, lengthPenalty: 1, seed: 1, threads: 1 };

async function write(stored: StoredModel, name: string, encoded: number[][], change: Partial<typeof base>, engine = engines[0]!) {
  const written = await generateIds(stored, { ...base, ...change, encoded, special: specialOf(name) }, engine);
  return written.map((ids) => Array.from(ids));
}

describe.each(engines)("token for token as Transformers writes, on %s", (engine) => {
  test.each(generating)("%s, the likeliest token each time and four beams", async (name) => {
    const reference = JSON.parse(readFileSync(join(folderOf(name), "generate.json"), "utf8")) as Reference;
    const stored = openStoredModel(folderOf(name));
    expect(await write(stored, name, reference.input_ids, {}, engine)).toEqual(reference.greedy);
    expect(await write(stored, name, reference.input_ids, { beams: 4 }, engine)).toEqual(reference.beam4);
  });
});

describe("texts of different lengths in one batch equal each text alone", () => {
  test.each(["llama-grouped-lm", "t5v1.1-uneven-conditional", "bart-conditional", "gpt2-lm"])("%s", async (name) => {
    const stored = openStoredModel(folderOf(name));
    const texts = [
      [5, 9, 80, 33, 12, 7],
      [61, 20, 44],
      [90, 17, 25, 25, 8],
    ];
    for (const change of [{}, { beams: 3 }]) {
      const together = await write(stored, name, texts, change);
      for (const [i, text] of texts.entries()) {
        const [alone] = await write(stored, name, [text], change);
        const length = Math.min(alone!.length, together[i]!.length);
        expect(length).toBeGreaterThan(1);
        expect(together[i]!.slice(0, length)).toEqual(alone!.slice(0, length));
      }
    }
  });
});

test("drawing: the same seed gives the same text, another one another; the likeliest alone is greedy", async () => {
  const stored = openStoredModel(folderOf("gpt2-lm"));
  const drawn = (change: Partial<typeof base>) => write(stored, "gpt2-lm", [[5, 9, 80]], { temperature: 1, ...change });
  expect(await drawn({})).toEqual(await drawn({}));
  expect(await drawn({ seed: 2 })).not.toEqual(await drawn({}));
  const greedy = await write(stored, "gpt2-lm", [[5, 9, 80]], {});
  expect(await drawn({ topK: 1 as never })).toEqual(greedy);
  expect(await drawn({ topP: 1e-6 as never })).toEqual(greedy);
});

test("requests that cannot be met are refused with a message", async () => {
  await expect(write(openStoredModel(folderOf("bert-masked-lm")), "gpt2-lm", [[5]], {})).rejects.toThrow(/is an encoder: it fills masks/);
  const prompt = new Array(40).fill(5);
  await expect(write(openStoredModel(folderOf("gpt2-lm")), "gpt2-lm", [prompt], {})).rejects.toThrow(
    "has 40 tokens and the model reads 32",
  );
});

test("a decoder that learned from whole texts is warned of, and writes from left to right", async () => {
  const stored = openStoredModel(folderOf("gpt2-lm"));
  const warned: string[] = [];
  const options = { ...base, encoded: [[5, 9, 80]], special: specialOf("gpt2-lm"), onWarning: (message: string) => warned.push(message) };
  const greedy = await write(stored, "gpt2-lm", [[5, 9, 80]], {});
  const both = { ...stored.model, readsPrefix: true } as const;
  for (const prompt of ["past", undefined] as const) {
    const [ids] = await generateIds({ ...stored, model: both, prompt }, options, engines[0]!);
    expect([Array.from(ids!)]).toEqual(greedy);
  }
  expect(warned).toHaveLength(2);
  expect(warned[0]).toContain("a prompt from left to right, which is how it learned to write");
  expect(warned[1]).toContain("no objective taught");
});
