import { dirname, join } from "node:path";
import type { Job, PretrainJob } from "../contract/plan.ts";
import type { EngineName, Session } from "../engines/engine.ts";
import { chooseEngine } from "../engines/table.ts";
import { threadsFor } from "../engines/threads.ts";
import { JobFailure } from "../jobs/context.ts";
import type { Vocabulary } from "../objectives/objective.ts";
import { generationProgram } from "../programs/generation.ts";
import { type Random, random } from "../random/random.ts";
import { readJson } from "../store/files.ts";
import { readSafetensors } from "../store/safetensors.ts";
import { openTokenizer } from "../tokenizers/tokenizer.ts";
import type { Arrays } from "../trace/function.ts";

export interface GenerationOptions {
  prompt: string;
  /** At most so many new tokens. */
  tokens: number;
  /** 0: always the likeliest token. */
  temperature: number;
  /** Draw from so many of the likeliest tokens; null: from all. */
  topK: number | null;
  seed: number;
  /** Called with what the user should know: that a slower engine runs it, say. */
  onWarning?(message: string): void;
}

/**
 * Text from a pre-trained decoder (the prompt and what follows) or encoder-decoder (what the decoder makes of the prompt).
 * `folder`: of the run. Throws `JobFailure` where the model cannot generate.
 */
export async function generate(folder: string, options: GenerationOptions, engineName: EngineName | "auto"): Promise<string> {
  const job = generatingJob(folder);
  const { model } = job;
  const tokenizer = openTokenizer(join(dirname(folder), job.tokenizer));
  const { begin, end } = tokenizer.vocabulary;
  const prompt = Array.from(await tokenizer.encode(options.prompt));
  const { engine, warning } = await chooseEngine(engineName, { threads: threadsFor(1) });
  if (warning) options.onWarning?.(warning);
  const program = generationProgram(model);
  const session = await engine.open(program);
  try {
    const names = program.state.map(({ name }) => name);
    const { tensors } = readSafetensors(join(folder, "model.safetensors"), names);
    await session.write(Object.fromEntries(names.map((name) => [name, tensors[name]!.data])));
    const twoSided = model.architecture === "encoder-decoder";
    if (twoSided && prompt.length + 2 > model.context)
      throw new JobFailure(`the prompt has ${prompt.length} tokens; the encoder reads ${model.context - 2} at the most`);
    const source = twoSided ? rowOf([begin, ...prompt, end], model.context, tokenizer.vocabulary.pad) : {};
    const written = twoSided ? [begin] : [begin, ...prompt];
    const from = random(options.seed, "generation");
    const first = written.length;
    while (written.length - first < options.tokens) {
      const token = choose(
        await nextLogits(session, source, written, model.context, tokenizer.vocabulary),
        tokenizer.vocabulary,
        options,
        from,
      );
      if (token === end) break;
      written.push(token);
    }
    return tokenizer.decode(written);
  } finally {
    await session.close();
  }
}

function generatingJob(folder: string): PretrainJob {
  const job = readJson<Job>(join(folder, "job.json"));
  if (job?.kind === "finetune")
    throw new JobFailure(`${job.name} was fine-tuned to classify; generate from the pre-training it started from`);
  if (job?.kind !== "pretrain") throw new JobFailure(`${folder} holds no pre-training`);
  if (job.model.architecture === "encoder")
    throw new JobFailure(`${job.name} is an encoder: it fills masks and cannot generate; a decoder or an encoder-decoder can`);
  return job;
}

/** Of the token after the last; a text longer than the context keeps its end. */
async function nextLogits(
  session: Session,
  source: Arrays,
  written: readonly number[],
  context: number,
  { pad }: Vocabulary,
): Promise<Float32Array> {
  const window = written.slice(-context);
  const row = rowOf(window, context, pad);
  const inputs: Arrays = Object.keys(source).length > 0 ? { ...source, ...prefixed(row) } : row;
  const { logits } = await session.call("next", { ...inputs, last: Int32Array.of(window.length - 1) });
  return logits as Float32Array;
}

function rowOf(ids: readonly number[], context: number, pad: number): Arrays {
  const tokens = new Int32Array(context).fill(pad);
  tokens.set(ids);
  const used = (value: (at: number) => number) => Int32Array.from({ length: context }, (_, at) => (at < ids.length ? value(at) : 0));
  return { tokens, positions: used((at) => at), segments: used(() => 1) };
}

function prefixed(row: Arrays): Arrays {
  return Object.fromEntries(Object.entries(row).map(([name, values]) => [`decoder_${name}`, values]));
}

/** Only ordinary tokens, sentinels and the end can follow. */
function choose(logits: Float32Array, { end, firstOrdinary }: Vocabulary, { temperature, topK }: GenerationOptions, from: Random): number {
  const allowed = Array.from(logits.keys()).filter((id) => id === end || id >= firstOrdinary);
  const ranked = allowed.sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0) return ranked[0]!;
  const candidates = ranked.slice(0, topK ?? ranked.length);
  const largest = logits[candidates[0]!]!;
  const weights = candidates.map((id) => Math.exp((logits[id]! - largest) / temperature));
  let left = from.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return candidates[i]!;
  }
  return candidates.at(-1)!;
}
