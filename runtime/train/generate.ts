import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requireUsable } from "#runtime/checkpoints/checkpoint.ts";
import type { StoredModel } from "#runtime/checkpoints/stored-model.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { chooseEngine } from "#runtime/engines/engine-table.ts";
import { isWritten } from "#runtime/objectives/objective.ts";
import { largestWritingProduct } from "#runtime/programs/largest-product.ts";
import { random } from "#runtime/random/random.ts";
import { rolesOf } from "#runtime/tokenizers/roles.ts";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { decodeWhole, encodeWhole } from "#runtime/tokenizers/whole.ts";
import { openDecoder } from "./decoding.ts";
import { type Choosing, openingFor, search } from "./search.ts";

export interface GenerationOptions {
  prompts: readonly string[];
  /** At most so many new tokens. */
  tokens: number;
  /** 0: greedy decoding. Without effect with beams. */
  temperature: number;
  /** Draw from this many of the most probable tokens; null: from all. */
  topK: number | null;
  /** Draw from the fewest most probable tokens that together have this probability; null: from all. */
  topP: number | null;
  /** The number of beams of each text, of which the most probable is returned; 1: no beam search. */
  beams: number;
  lengthPenalty: number;
  seed: number;
  threads: number;
  /** Called with what the user should know: that a slower engine runs it, say. */
  onWarning?(message: string): void;
}

/**
 * Texts from a decoder (the prompt and what follows) or an encoder-decoder (what the decoder makes of the prompt), all side by
 * side. Throws `JobFailure` where the model cannot generate.
 */
export async function generate(stored: StoredModel, options: GenerationOptions, engineName: EngineName | "auto"): Promise<string[]> {
  const tokenizer = stored.tokenizer();
  const encoded = await Promise.all(options.prompts.map(async (prompt) => (await encodeWhole(tokenizer, prompt, stored.folder)).ids));
  const written = await generateIds(stored, { ...options, encoded, special: specialOf(stored, tokenizer) }, engineName);
  return Promise.all(written.map((ids) => decodeWhole(tokenizer, ids)));
}

/** Which tokens begin and end what is written. */
interface Special {
  /** For the decoder of an encoder-decoder. */
  start: number;
  ends: number[];
  forcedEnd: number | null;
  /** Before a prompt that goes on, what ends a whole text is taken away. */
  allowed?: (token: number) => boolean;
}

interface IdOptions extends Omit<GenerationOptions, "prompts"> {
  /** Prompts as ids, with what the tokenizer puts around them. */
  encoded: readonly (readonly number[])[];
  special: Special;
}

/** The same from ids to ids; each text with its beginning. */
export async function generateIds(stored: StoredModel, options: IdOptions, engineName: EngineName | "auto"): Promise<number[][]> {
  const { folder, parameters } = stored;
  const model = writingModel(stored, options.onWarning);
  if (model.architecture === "encoder")
    throw new JobFailure(`${folder} is an encoder: it fills masks and cannot generate; a decoder or an encoder-decoder can`);
  requireUsable(stored.checkpoint, "prediction");
  const { special, tokens, beams, encoded } = options;
  const twoSided = model.architecture === "encoder-decoder";
  const sources = twoSided ? encoded : undefined;
  const beginnings = twoSided ? encoded.map(() => [special.start]) : encoded.map((ids) => withoutEnd(ids, special.ends));
  const read = largest((sources ?? beginnings).map(({ length }) => length));
  const bounded = model.position !== "relative";
  if (beginnings.some(({ length }) => length === 0)) throw new JobFailure("a prompt has no tokens; give one with words");
  if (bounded && (twoSided ? read > model.context : read >= model.context))
    throw new JobFailure(`the prompt has ${read} tokens and the model reads ${model.context}; give a shorter one`);
  const first = largest(beginnings.map(({ length }) => length));
  const length = bounded ? Math.min(first + tokens, model.context) : first + tokens;
  if (length < first + tokens)
    options.onWarning?.(`the model has positions for ${model.context} tokens: ${length - first} new ones at the most`);
  const room = { texts: encoded.length, beams, prompt: first, room: length, source: twoSided ? read : 0 };
  const { engine, warning } = await chooseEngine(engineName, {
    threads: options.threads,
    largestProduct: largestWritingProduct({ model, ...room }),
  });
  if (warning) options.onWarning?.(warning);
  const values = stored.read(parameters);
  const { ends, forcedEnd, allowed } = special;
  const choosing = choosingOf(options);
  const decoder = await openDecoder({
    engine,
    model,
    parameters,
    values,
    ...room,
    ...openingFor(choosing, model.targets.classes, allowed),
  });
  try {
    const texts = { beginnings, ...(sources ? { sources } : {}) };
    return await search(decoder, { ...texts, ends, forcedEnd, length, ...(allowed ? { allowed } : {}) }, choosing);
  } finally {
    await decoder.close();
  }
}

/** The model as it reads what it goes on from. */
function writingModel({ model, prompt, folder }: StoredModel, onWarning?: (message: string) => void): StoredModel["model"] {
  if (model.architecture !== "decoder") return model;
  const { readsPrefix, ...plain } = model;
  if (prompt === "all") return { ...plain, readsPrefix: true };
  if (prompt === undefined)
    onWarning?.(`no objective taught ${folder} the next token: it learned from whole texts alone, and what it writes means little`);
  else if (readsPrefix)
    onWarning?.(`${folder} reads whole texts in both directions, and a prompt from left to right, which is how it learned to write`);
  return plain;
}

function choosingOf({ beams, lengthPenalty, temperature, topK, topP, seed }: Omit<GenerationOptions, "prompts">): Choosing {
  if (beams > 1) return { kind: "beams", beams, lengthPenalty };
  if (temperature === 0) return { kind: "greedy" };
  return { kind: "sample", temperature, topK, topP, random: random(seed, "generation") };
}

function withoutEnd(ids: readonly number[], ends: readonly number[]): readonly number[] {
  return ids.length > 1 && ends.includes(ids.at(-1)!) ? ids.slice(0, -1) : ids;
}

/** A pre-training's texts have ordinary tokens, sentinels and their end; a checkpoint says in its files what its texts have. */
function specialOf({ folder, checkpoint }: StoredModel, tokenizer: TokenizerJson): Special {
  const roles = rolesOf(tokenizer);
  const { begin, end } = roles;
  if (!checkpoint) return { start: begin, ends: [end], forcedEnd: null, allowed: (token) => isWritten(token, roles) };
  const path = join(folder, "generation_config.json");
  const said = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>) : {};
  const number = (name: string): number | null => {
    const value = said[name] ?? (checkpoint.config.has(name) ? checkpoint.config.number(name) : null);
    return typeof value === "number" ? value : null;
  };
  const ends = Array.isArray(said.eos_token_id) ? (said.eos_token_id as number[]) : [number("eos_token_id")].filter((id) => id !== null);
  const start = number("decoder_start_token_id") ?? number("bos_token_id") ?? begin;
  return { start, ends, forcedEnd: number("forced_eos_token_id") };
}
