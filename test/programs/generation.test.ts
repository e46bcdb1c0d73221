import { describe, expect, test } from "vitest";
import type { TokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { initialValues, parametersOf } from "#runtime/models/parameters.ts";
import { pagesOf } from "#runtime/programs/generation-program.ts";
import { random } from "#runtime/random/random.ts";
import { type Decoder, type DecoderOptions, type Following, openDecoder } from "#runtime/train/decoding.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { smallModel, vocabulary } from "./small.ts";

const engines: EngineName[] = ["cpu", "onnx", ...(withTensorflow() ? (["tensorflow"] as const) : [])];

const models: Record<string, Partial<TokenModel>> = {
  "a decoder": { context: 80 },
  "a decoder with rotated keys": { context: 80, position: "rotary" },
  "an encoder-decoder with relative positions": { architecture: "encoder-decoder", context: 80, position: "relative" },
};

const sources = [
  [7, 8, 9, 10, 11],
  [30, 31],
];
const room = 75;
/** Tokens of the longest text after which scores are compared: at the ends and beginnings of pages. */
const lengths = [4, 31, 32, 33, 64, 65, 74];

/** Two texts of different lengths; the first is the longest of all. */
function texts(length: number): number[][] {
  const from = random("texts");
  const whole = [0, 1].map(() => Array.from({ length: room }, () => from.below(vocabulary.endOrdinary)));
  return [whole[0]!.slice(0, length), whole[1]!.slice(0, length - 2)];
}

async function open(name: EngineName, model: ResolvedModel, change: Partial<DecoderOptions> = {}): Promise<Decoder> {
  const parameters = parametersOf(model);
  return openDecoder({
    engine: await loadEngine(name, { threads: 1 }),
    model,
    parameters,
    values: Object.fromEntries(parameters.map((parameter) => [parameter.name, initialValues(parameter, 1).map((value) => value * 5)])),
    ...{ texts: 2, beams: 1, prompt: 4, room, source: model.architecture === "encoder-decoder" ? 5 : 0 },
    ...change,
  });
}

const scoresOf = (following: Following) => (following as { scores: Float32Array }).scores;
const begin = (decoder: Decoder, model: ResolvedModel, length: number) =>
  decoder.begin(texts(length), model.architecture === "encoder-decoder" ? sources : undefined);

test("the places of a text fill pages", () => {
  expect(pagesOf(20)).toEqual([{ start: 0, size: 20 }]);
  expect(pagesOf(room).map(({ start, size }) => [start, size])).toEqual([
    [0, 32],
    [32, 32],
    [64, 11],
  ]);
  expect(pagesOf(1000)).toHaveLength(8);
});

describe.each(engines)("on %s", (name) => {
  test.each(Object.keys(models))("%s goes on, page after page, as if it read the whole text", async (key) => {
    const model = smallModel(models[key]);
    const [kept, whole] = [await open(name, model), await open(name, model, { prompt: room })];
    let scores = scoresOf(await begin(kept, model, lengths[0]!));
    for (let length = lengths[0]!; length < room; length++) {
      if (lengths.includes(length)) {
        const expected = scoresOf(await begin(whole, model, length));
        expect(Math.max(...scores.map((score, i) => Math.abs(score - expected[i]!)))).toBeLessThan(1e-4);
      }
      scores = scoresOf(await kept.next(texts(length + 1).map((ids) => ids.at(-1)!)));
    }
    await kept.close();
    await whole.close();
  });

  test("a new text can follow one that filled the pages", async () => {
    const model = smallModel(models["a decoder"]);
    const decoder = await open(name, model);
    const write = async (steps: number) => {
      let scores = scoresOf(await begin(decoder, model, 4));
      for (let length = 5; length < 5 + steps; length++) scores = scoresOf(await decoder.next(texts(length).map((ids) => ids.at(-1)!)));
      return Array.from(scores);
    };
    const first = await write(40);
    await write(70);
    expect(await write(40)).toEqual(first);
    await decoder.close();
  });

  test("rows continue other rows according to an order", async () => {
    const model = smallModel(models["a decoder"]);
    const [kept, whole] = [await open(name, model, { beams: 2 }), await open(name, model, { prompt: 40 })];
    const written = texts(4).flatMap((ids) => [[...ids], [...ids]]);
    await kept.begin(texts(4));
    let scores = new Float32Array();
    for (let step = 0; step < 35; step++) {
      const order = [step % 2, 0, 2, 2 + (step % 2)];
      const tokens = order.map((from, row) => (from * 7 + row * 3 + step) % vocabulary.endOrdinary);
      const before = written.map((ids) => [...ids]);
      for (const [row, from] of order.entries()) written[row] = [...before[from]!, tokens[row]!];
      scores = scoresOf(await kept.next(tokens, order)) as typeof scores;
    }
    for (const rows of [
      [0, 2],
      [1, 3],
    ]) {
      const logits = scoresOf(await whole.begin(rows.map((row) => written[row]!)));
      for (const [i, row] of rows.entries()) {
        const own = logits.subarray(i * vocabulary.size, (i + 1) * vocabulary.size);
        const total = Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0));
        for (const [token, logit] of own.entries()) expect(scores[row * vocabulary.size + token]).toBeCloseTo(logit - total, 3);
      }
    }
    await kept.close();
    await whole.close();
  });

  test("the likeliest token is the one with the highest score that is not forbidden", async () => {
    const model = smallModel(models["a decoder"]);
    const scoring = await open(name, model);
    const best = (scores: Float32Array, forbidden: readonly number[]) =>
      [0, 1].map((row) => {
        const own = Array.from(scores.subarray(row * vocabulary.size, (row + 1) * vocabulary.size));
        return own.reduce((max, score, token) => (!forbidden.includes(token) && (max < 0 || score > own[max]!) ? token : max), -1);
      });
    const [one, two] = [scoresOf(await scoring.begin(texts(4))), scoresOf(await scoring.next([5, 6]))];
    const forbidden = [...new Set([...best(one, []), ...best(two, [])])];
    for (const without of [[], forbidden]) {
      const decoder = await open(name, model, { greedy: { forbidden: without } });
      const found = async (following: Promise<Following>) => Array.from(((await following) as { greedy: Int32Array }).greedy);
      expect(await found(decoder.begin(texts(4)))).toEqual(best(one, without));
      expect(await found(decoder.next([5, 6]))).toEqual(best(two, without));
      await decoder.close();
    }
    await scoring.close();
  });
});
