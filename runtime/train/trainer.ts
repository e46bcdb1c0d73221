import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import type { Engine, EngineSession } from "#runtime/engines/engine.ts";
import { type Group, keptSlices, lengthOf, packValues, type Slices, unpackValues, weightSlices } from "#runtime/programs/groups.ts";
import {
  frozenName,
  gradientName,
  keptName,
  noiseInputs,
  optimizerScalars,
  type Part,
  statesName,
  type TrainingSettings,
  trainingProgram,
  weightsName,
} from "#runtime/programs/training-program.ts";
import { averageFunctionName, averageInputs, averageName } from "#runtime/programs/weight-average.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { type Decoder, type DecoderOptions, type DecoderRoom, openDecoder } from "./decoding.ts";
import { withMasks } from "./dropout-masks.ts";
import { uniformNoise } from "./sampling-noise.ts";

export type Values = Record<string, Float32Array>;

/** What a checkpoint must hold to go on: by parameter. */
export interface OptimizerState {
  weights: Values;
  /** What the optimiser keeps of a weight, by its names for it, and the average of the weights, if there is one; of some weights it may keep other things than of the rest. */
  moments: Record<string, Values>;
}

/** A model in an engine's session, with its optimiser. */
export interface Trainer {
  /** Steps are done in the order in which they are asked for, so that one may be asked for before the last is done. */
  queues: boolean;
  /** A step's micro-batches with their dropout masks and noise: a function of (seed, step), so it can be made ahead. */
  withMasks(part: Part, batches: readonly Arrays[], step: number): Arrays[];
  /** A batch with the numbers that samples in it are drawn by, a function of the path; for evaluation. */
  withNoise(part: Part, batch: Arrays, path: readonly (number | string)[]): Arrays;
  /** One update from a step's micro-batches; their weights add up to 1 over all of them. `step` counts from 1, of the optimiser. */
  step(part: Part, batches: readonly Arrays[], at: { step: number; learningRate: number }): Promise<{ loss: number; gradientNorm: number }>;
  evaluate(part: Part, batch: Arrays): Promise<Arrays>;
  /** One vector for each text of a batch of the watched part (rows, C). */
  states(batch: Arrays): Promise<Float32Array>;
  /** The model as it is now, to write with; it stays so while the trainer goes on. */
  openDecoder(requested: DecoderRoom & Pick<DecoderOptions, "greedy">): Promise<Decoder>;
  /** The values of the trained parameters; their average, if there is one. */
  weights(): Promise<Values>;
  setWeights(values: Values): Promise<void>;
  state(): Promise<OptimizerState>;
  setState(state: OptimizerState): Promise<void>;
  /** Forgets the moments. */
  resetOptimizer(): Promise<void>;
  close(): Promise<void>;
}

export interface TrainerOptions {
  engine: Engine;
  settings: TrainingSettings;
  /** Initial values of all parameters, trained and frozen. */
  initial: Values;
  /** The seed of the dropout masks. */
  seed: number;
}

export async function openTrainer({ engine, settings, initial, seed }: TrainerOptions): Promise<Trainer> {
  const program = trainingProgram(settings);
  const { groups } = program;
  const session = await engine.open(program);
  const frozen = settings.frozen.map(({ name }) => [frozenName(name), initialOf(initial, name)] as const);
  await session.write(Object.fromEntries(frozen));
  const weights = groups.map((group): Entry => ({ name: weightsName(group), slices: weightSlices(group) }));
  const kept = keptEntries(groups, settings.optimizer);
  const clear = (entries: readonly Entry[]) =>
    session.write(Object.fromEntries(entries.map(({ name, slices }) => [name, new Float32Array(lengthOf(slices))])));
  if (settings.accumulates) await clear(weights.map(({ slices }, i) => ({ name: gradientName(groups[i]!), slices })));

  const write = (entries: readonly Entry[], values: Values) =>
    session.write(Object.fromEntries(entries.map(({ name, slices }) => [name, packValues(slices, values)])));
  const read = async (entries: readonly Entry[]): Promise<Values> => {
    const flat = await session.read(entries.map(({ name }) => name));
    return Object.assign({}, ...entries.map(({ name, slices }) => unpackValues(slices, flat[name]!)));
  };
  await write(weights, initial);
  const averages =
    settings.ema === undefined ? [] : groups.map((group): Entry => ({ name: averageName(group), slices: weightSlices(group) }));
  await write(averages, initial);
  /** What is evaluated, written with and saved. */
  const evaluated = settings.ema === undefined ? weights : averages;
  /** Besides the weights, by the names in checkpoints. */
  const held = settings.ema === undefined ? kept : { ...kept, average: averages };
  const clearMoments = () => clear(Object.values(kept).flat());
  await clearMoments();

  /** Functions with their inputs, one after the other. */
  const callAll = async (calls: readonly (readonly [string, Arrays])[]): Promise<Arrays[]> => {
    if (session.queues) return Promise.all(calls.map(([name, inputs]) => session.call(name, inputs)));
    const outputs: Arrays[] = [];
    for (const [name, inputs] of calls) outputs.push(await session.call(name, inputs));
    return outputs;
  };

  return {
    queues: session.queues,
    withMasks: (part, batches, step) => withMasks(settings, part, batches, [seed, step]),
    withNoise: (part, batch, path) => ({ ...batch, ...uniformNoise(noiseInputs(settings, part), path) }),
    async step(part, batches, { step, learningRate }) {
      const scalars = optimizerScalars(settings.optimizer, step, learningRate);
      const average = settings.ema === undefined ? [] : [[averageFunctionName, averageInputs(settings.ema, step)] as const];
      if (!settings.accumulates) {
        const [stepped] = await callAll([[`step.${part.name}`, { ...batches[0], ...scalars }], ...average]);
        return lossAndNorm(stepped!);
      }
      const micro = batches.map((batch) => [`accumulate.${part.name}`, batch] as const);
      const outputs = await callAll([...micro, ["apply", scalars], ...average]);
      const applied = outputs.splice(micro.length)[0]!;
      return { loss: outputs.reduce((sum, each) => sum + scalarOf(each, "loss"), 0), gradientNorm: scalarOf(applied, "gradient_norm") };
    },
    evaluate: (part, batch) => session.call(`evaluate.${part.name}`, batch),
    states: async (batch) => (await session.call(statesName, batch)).states as Float32Array,
    async openDecoder(requested) {
      const { model, loraScale } = settings;
      const still = await session.read(settings.frozen.map(({ name }) => frozenName(name)));
      const values = {
        ...(await read(evaluated)),
        ...Object.fromEntries(settings.frozen.map(({ name }) => [name, still[frozenName(name)]!])),
      };
      const parameters = [...settings.trained, ...settings.frozen];
      return openDecoder({ engine, model, parameters, values, ...(loraScale === undefined ? {} : { loraScale }), ...requested });
    },
    weights: () => read(evaluated),
    setWeights: (values) => write(weights, values),
    async state() {
      const moments: Record<string, Values> = {};
      for (const [moment, entries] of Object.entries(held)) moments[moment] = await read(entries);
      return { weights: await read(weights), moments };
    },
    async setState(state) {
      await write(weights, state.weights);
      for (const [moment, entries] of Object.entries(held)) await write(entries, state.moments[moment]!);
    },
    resetOptimizer: clearMoments,
    close: () => session.close(),
  };
}

/** An entry of the session's state, and what each weight has of it. */
interface Entry {
  name: string;
  slices: Slices;
}

/** What the optimiser keeps, by its names for it; groups may have different ones. */
function keptEntries(groups: readonly Group[], optimizer: OptimizerSpec): Record<string, Entry[]> {
  const entries: Record<string, Entry[]> = {};
  for (const group of groups)
    for (const [kept, slices] of Object.entries(keptSlices(group, optimizer))) {
      entries[kept] ??= [];
      entries[kept].push({ name: keptName(group, kept), slices });
    }
  return entries;
}

function lossAndNorm(outputs: Awaited<ReturnType<EngineSession["call"]>>): { loss: number; gradientNorm: number } {
  return { loss: scalarOf(outputs, "loss"), gradientNorm: scalarOf(outputs, "gradient_norm") };
}

function scalarOf(outputs: Arrays, name: string): number {
  return outputs[name]![0] as number;
}

function initialOf(values: Values, name: string): Float32Array {
  const value = values[name];
  if (!value) throw new Error(`there are no values for ${name}`);
  return value;
}
