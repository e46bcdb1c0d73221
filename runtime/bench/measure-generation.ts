import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { median } from "#runtime/contract/median.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { callTimes } from "#runtime/machine/step-times.ts";
import { largestWritingProduct } from "#runtime/programs/largest-product.ts";
import { openDecoder } from "#runtime/train/decoding.ts";
import { openingFor, search } from "#runtime/train/search.ts";
import type { Measurement } from "./measure-training.ts";

export interface GenerationCase {
  engine: EngineName;
  /** A checkpoint in Transformers' format, with `prompts.json`: ids of texts of the same length. */
  folder: string;
  threads: number;
  seconds: number;
}

export interface GenerationMeasurement
  extends Pick<Measurement, "parameters" | "tokens_per_step" | "step_milliseconds" | "processor_milliseconds" | "peak_memory_bytes"> {
  /** Token ids of the texts, including the prompts. */
  texts: number[][];
}

/** Measures greedy decoding up to the model's context, with all texts in one batch. A step is one token of each text. */
export async function measureGeneration({ engine: name, folder, threads, seconds }: GenerationCase): Promise<GenerationMeasurement> {
  const stored = openStoredModel(folder);
  const { model, parameters } = stored;
  const beginnings = JSON.parse(readFileSync(join(folder, "prompts.json"), "utf8")) as number[][];
  const [texts, prompt] = [beginnings.length, beginnings[0]!.length];
  const room = { texts, beams: 1, prompt, room: model.context, source: 0 };
  const engine = await loadEngine(name, { threads, largestProduct: largestWritingProduct({ model, ...room }) });
  const opening = openingFor({ kind: "greedy" }, model.targets.classes);
  const decoder = await openDecoder({ engine, model, parameters, values: stored.read(parameters), ...room, ...opening });
  const write = () => search(decoder, { beginnings, ends: [], length: model.context, forcedEnd: null }, { kind: "greedy" });
  try {
    const written = await write();
    const steps = model.context - prompt;
    const before = process.cpuUsage();
    const durations = await callTimes(write, { seconds, least: 3 });
    const used = process.cpuUsage(before);
    return {
      parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      tokens_per_step: texts,
      step_milliseconds: median(durations) / steps,
      processor_milliseconds: (used.user + used.system) / 1000 / durations.length / steps,
      peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
      texts: written,
    };
  } finally {
    await decoder.close();
  }
}
