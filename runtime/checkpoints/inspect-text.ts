import { JobFailure } from "#runtime/contract/job-context.ts";
import { normOf } from "#runtime/contract/reductions.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { chooseEngine } from "#runtime/engines/engine-table.ts";
import { readsStates } from "#runtime/models/parameters.ts";
import { stacksOf } from "#runtime/models/stacks.ts";
import { verificationProgram } from "#runtime/programs/verification.ts";
import { readableTokens } from "#runtime/tokenizers/readable.ts";
import { encodeWhole } from "#runtime/tokenizers/whole.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import type { StoredModel } from "./stored-model.ts";

/** What a model computes for a text, with T tokens, L blocks, H heads and width C. */
export interface Inspection {
  engine: EngineName;
  /** Tokens as in the vocabulary. */
  tokens: string[];
  /** Tokens as readable text. */
  texts: string[];
  ids: number[];
  /** L + 1 arrays of T × C, with the embeddings first; heads and projections read the last. */
  hiddenStates: number[][][];
  /** L arrays of H × T × T: row i has the attention weights of token i. */
  attentions: number[][][][];
  /** The mean of the last hidden states, normalised to length 1 (Reimers and Gurevych 2019). */
  embedding: number[];
}

/** Runs a model on a text; for an encoder-decoder, only the encoder. */
export async function inspect(stored: StoredModel, text: string, engineName: EngineName | "auto", threads: number): Promise<Inspection> {
  const { model, folder } = stored;
  const json = stored.tokenizer();
  const { ids, tokens, types } = await encodeWhole(json, text, folder);
  if (ids.length === 0) throw new JobFailure("the text has no tokens; give one with words");
  if (model.position !== "relative" && ids.length > model.context)
    throw new JobFailure(`the text has ${ids.length} tokens, but the model reads at most ${model.context}; give a shorter one`);
  const [stack] = stacksOf(model);
  const alone = { ...model, architecture: stack!.name };
  const parameters = stored.parameters.filter(
    ({ name }) => !readsStates(name) && (stacksOf(model).length === 1 || !name.startsWith("decoder.")),
  );
  const sizes = { batch: 1, length: ids.length, decoderLength: 0, types: model.input.types > 0, labelled: false, gradients: false };
  const { engine } = await chooseEngine(engineName, { threads });
  const session = await engine.open(verificationProgram({ model: alone, head: undefined, parameters, ...sizes }));
  try {
    await session.write(stored.read(parameters));
    const ones = new Int32Array(ids.length).fill(1);
    const rowsOfTypes = sizes.types ? { types: Int32Array.from(types) } : {};
    const positions = Int32Array.from(ids.keys());
    const outputs = await session.call("verify", { tokens: Int32Array.from(ids), positions, segments: ones, keys: ones, ...rowsOfTypes });
    return {
      engine: engine.name,
      tokens,
      texts: readableTokens(tokens, json),
      ids,
      ...nested(outputs, stack!.layers, ids.length, model.heads),
    };
  } finally {
    await session.close();
  }
}

function nested(outputs: Arrays, layers: number, length: number, heads: number) {
  const rows = (values: ArrayLike<number>, count: number): number[][] => {
    const width = values.length / count;
    return Array.from({ length: count }, (_, row) => Array.prototype.slice.call(values, row * width, (row + 1) * width) as number[]);
  };
  const hiddenStates = Array.from({ length: layers + 1 }, (_, i) => rows(outputs[`hidden_states.${i}`]!, length));
  const attentions = Array.from({ length: layers }, (_, i) =>
    rows(outputs[`attentions.${i}`]!, heads).map((head) => rows(Float32Array.from(head), length)),
  );
  return { hiddenStates, attentions, embedding: embeddingOf(hiddenStates.at(-1)!) };
}

function embeddingOf(states: readonly number[][]): number[] {
  const sum = states[0]!.map((_, column) => states.reduce((total, row) => total + row[column]!, 0));
  const norm = normOf(sum);
  return sum.map((value) => value / norm);
}
