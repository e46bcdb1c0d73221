import type { Cost, FinetuneJob, PretrainJob, ResolvedModel, ResolvedObjective, ResolvedTask } from "#runtime/contract/plan.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { type Parameter, parametersOf } from "#runtime/models/parameters.ts";
import { partSchedule } from "#runtime/objectives/schedule.ts";
import { flopsOf, peakMemoryOf } from "#runtime/trace/cost.ts";
import type { Precision } from "#runtime/trace/function.ts";
import type { Graph } from "#runtime/trace/graph.ts";
import { withBfloat16 } from "#runtime/trace/precision.ts";
import { trace } from "#runtime/trace/trace.ts";
import { longestTaskPart } from "./adaptation.ts";
import { finetuningParameters, fixedParameters, pretrainingParameters, pretrainingParts } from "./parts.ts";
import { type Part, type TrainingSettings, trainingProgram } from "./training.ts";

/** Settings that change no shape and so no cost. */
const optimizer: OptimizerSpec = {
  kind: "adamw",
  learningRate: 1,
  finalLearningRate: 0,
  warmup: { unit: "steps", value: 0 },
  schedule: "constant",
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clip: 1,
};

/** What a step of pre-training costs; of a mixture or sequence, averaged over its schedule of `steps` steps. */
export function pretrainCost(
  model: ResolvedModel,
  objective: ResolvedObjective,
  batch: number,
  accumulate: number,
  steps: number,
  precision: Precision = "float32",
): Cost {
  const settings = settingsOf(model, objective, batch, accumulate, steps, precision);
  const { parts, trained } = settings;
  const traced = parts.map((part) => traceStep(settings, part));
  const { counts } = partSchedule(objective, steps);
  const average = (values: number[]) => values.reduce((sum, value, i) => sum + value * (counts[i] as number), 0) / steps;
  return {
    ...countParameters(trained),
    tokensPerStep: average(parts.map((part) => batch * tokensOf(part))),
    flopsPerStep: average(traced.map(({ flops }) => flops * accumulate)),
    memoryBytes: Math.max(...traced.map(({ memoryBytes }) => memoryBytes)),
  };
}

/** A step of pre-training, of the first part of its objective. */
export function pretrainGraph({ model, objective, batch, accumulate, steps, precision }: PretrainJob): Graph {
  const settings = settingsOf(model, objective, batch, accumulate, steps, precision);
  return tracedStep(settings, settings.parts[0]!);
}

function settingsOf(
  model: ResolvedModel,
  objective: ResolvedObjective,
  batch: number,
  accumulate: number,
  steps: number,
  precision: Precision,
): TrainingSettings {
  const parts = pretrainingParts(model, objective, steps);
  return {
    model,
    parts,
    batch: batch / accumulate,
    accumulates: accumulate > 1,
    optimizer,
    dropout: model.dropout,
    precision,
    trained: pretrainingParameters(model, parts),
    frozen: fixedParameters(model),
  };
}

/** What a step of fine-tuning costs, with texts as long as the context. */
export function finetuneCost(model: ResolvedModel, settings: FinetuneJob["settings"], task: ResolvedTask): Cost {
  if (task.kind === "minimal_pairs") return { ...countParameters(parametersOf(model)), tokensPerStep: 0, flopsPerStep: 0, memoryBytes: 0 };
  const { trained, frozen, loraScale } = finetuningParameters(model, task, settings);
  const { batch, accumulate, dropout } = settings;
  const part = longestTaskPart(task, model);
  const program = { model, parts: [part], batch: batch / accumulate, accumulates: accumulate > 1, optimizer, dropout, trained, frozen };
  const { flops, memoryBytes } = traceStep(loraScale === undefined ? program : { ...program, loraScale }, part);
  return { ...countParameters(trained), tokensPerStep: batch * tokensOf(part), flopsPerStep: flops * accumulate, memoryBytes };
}

/** Positions that a sequence of the part has without padding. */
function tokensOf(part: Part): number {
  return part.kind === "text" ? part.layout.tokens : part.length * part.rows;
}

/** What is computed again is no more of a training than without it: FLOPs leave it out. */
function traceStep(settings: TrainingSettings, part: Part): { flops: number; memoryBytes: number } {
  const { recompute, ...model } = settings.model;
  const graph = tracedStep(settings, part);
  return {
    flops: flopsOf(recompute ? tracedStep({ ...settings, model }, part) : graph),
    memoryBytes: peakMemoryOf(inPrecision(graph, settings)),
  };
}

/** As the engine that has it runs the graph. */
function inPrecision(graph: Graph, { precision }: TrainingSettings): Graph {
  return precision === "bfloat16" ? withBfloat16(graph) : graph;
}

function tracedStep(settings: TrainingSettings, part: Part): Graph {
  const program = trainingProgram(settings);
  const fn = program.functions.find(({ name }) => name === `${settings.accumulates ? "accumulate" : "step"}.${part.name}`);
  if (!fn) throw new Error(`the program has no step for part ${part.name}`);
  return trace(fn, program.state);
}

function countParameters(parameters: readonly Parameter[]): Pick<Cost, "parameters" | "embeddings"> {
  const count = (some: readonly Parameter[]) =>
    some.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return { parameters: count(parameters), embeddings: count(parameters.filter(({ embedding }) => embedding)) };
}
