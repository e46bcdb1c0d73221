import { withSizes } from "#runtime/contract/model-choices.ts";
import type { Cost, FinetuneJob, PretrainJob, ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { partCounts } from "#runtime/objectives/part-schedule.ts";
import { withBfloat16 } from "#runtime/trace/bfloat16.ts";
import type { Precision } from "#runtime/trace/function.ts";
import type { Graph } from "#runtime/trace/graph.ts";
import { flopsOf, peakMemoryOf } from "#runtime/trace/graph-cost.ts";
import { trace } from "#runtime/trace/trace.ts";
import { finetuningParameters, fixedParameters, pretrainingParameters, pretrainingParts } from "./parts.ts";
import { longestTaskPart } from "./task-parts.ts";
import { type Part, type TrainingProgram, type TrainingSettings, trainingProgram } from "./training-program.ts";

/** What decides what a step of a pre-training costs. Of the optimiser its kind does, and whether it keeps a first moment. */
export interface PretrainingSize extends Pick<PretrainJob, "model" | "objective" | "batch" | "accumulate" | "optimizer" | "ema"> {
  /** Left out: float32. */
  precision?: Precision;
}

/** What a pre-training costs: as a whole, and a step of each part of its objective, in the order of the schedule. */
export interface PretrainingCost extends Pick<Cost, "parameters" | "embeddings" | "memoryBytes"> {
  parts: Pick<Cost, "tokensPerStep" | "flopsPerStep">[];
}

/** Traces a step of each part. */
export function pretrainingCost(size: PretrainingSize): PretrainingCost {
  const { model, batch, accumulate } = size;
  const { parts, trained } = settingsOf(size);
  const traced = costsByDepth(model, (model) => stepCosts(settingsOf({ ...size, model }), accumulate));
  return {
    ...countParameters(trained),
    memoryBytes: Math.max(...traced.map(({ memoryBytes }) => memoryBytes)),
    parts: parts.map((part, i) => ({ tokensPerStep: batch * positionsIn(part), flopsPerStep: traced[i]!.flops })),
  };
}

/** What a step costs on average, where `counts` tells how many steps each part has. */
export function averageCost({ parts, ...whole }: PretrainingCost, counts: readonly number[]): Cost {
  const steps = counts.reduce((sum, count) => sum + count, 0);
  // one part costs what it costs, without a rounding
  const average = (of: (part: PretrainingCost["parts"][number]) => number) =>
    parts.length === 1 ? of(parts[0]!) : parts.reduce((sum, part, i) => sum + of(part) * counts[i]!, 0) / steps;
  return {
    ...whole,
    tokensPerStep: average(({ tokensPerStep }) => tokensPerStep),
    flopsPerStep: average(({ flopsPerStep }) => flopsPerStep),
  };
}

/** What a step of pre-training costs; of a mixture or sequence, averaged over its schedule of `steps` steps. */
export function pretrainCost(size: PretrainingSize, steps: number): Cost {
  return averageCost(pretrainingCost(size), partCounts(size.objective, steps));
}

/** A step of pre-training, of the first part of its objective. */
export function pretrainGraph(size: PretrainingSize): Graph {
  const settings = settingsOf(size);
  return tracedStep(trainingProgram(settings), settings, settings.parts[0]!);
}

function settingsOf({ model, objective, batch, accumulate, optimizer, ema, precision = "float32" }: PretrainingSize): TrainingSettings {
  // the parts are the same for any number of steps
  const parts = pretrainingParts(model, objective, 1);
  return {
    model,
    parts,
    batch: batch / accumulate,
    accumulates: accumulate > 1,
    optimizer,
    dropout: model.dropout,
    precision,
    ...(ema === undefined ? {} : { ema }),
    trained: pretrainingParameters(model, parts),
    frozen: fixedParameters(model),
  };
}

/** What a step of fine-tuning costs, with texts as long as the context. */
export function finetuneCost(model: ResolvedModel, settings: FinetuneJob["settings"], task: TrainedTask): Cost {
  const { batch, accumulate, dropout, optimizer, train } = settings;
  const traced = (model: ResolvedModel) => {
    const { trained, frozen, loraScale } = finetuningParameters(model, task, settings);
    const part = longestTaskPart(task, model);
    const program = { model, parts: [part], batch: batch / accumulate, accumulates: accumulate > 1, optimizer, dropout, trained, frozen };
    return stepCosts(loraScale === undefined ? program : { ...program, loraScale }, accumulate);
  };
  // what a layer costs depends on which are trained
  const [step] = train.kind === "last" ? traced(model) : costsByDepth(model, traced);
  const { flops, memoryBytes } = step!;
  return {
    ...countParameters(finetuningParameters(model, task, settings).trained),
    tokensPerStep: batch * positionsIn(longestTaskPart(task, model)),
    flopsPerStep: flops,
    memoryBytes,
  };
}

interface StepCost {
  flops: number;
  memoryBytes: number;
}

/**
 * Layers up to which a step is traced whole, at some milliseconds a layer, and those of the two models that tell what one more costs. Where
 * layers are computed again, what few of them keep is not yet what decides.
 */
const depths = { kept: [4, 2, 4], recomputed: [8, 4, 6] } as const;

/**
 * What steps cost, of a deeper model from what two lower ones cost. FLOPs are the same number for each layer; memory is so but for how
 * gradients are packed, which comes to some percent.
 */
function costsByDepth(model: ResolvedModel, costsOf: (model: ResolvedModel) => StepCost[]): StepCost[] {
  const { layers, decoderLayers } = model;
  const [maxTraced, lessDeep, deep] = depths[model.recompute ? "recomputed" : "kept"];
  if (layers <= maxTraced || decoderLayers !== layers) return costsOf(model);
  const lower = (depth: number) => withSizes(model, { layers: depth, decoderLayers: depth });
  const less = costsOf(lower(lessDeep));
  return costsOf(lower(deep)).map((more, i) => {
    const further = (of: keyof StepCost) => more[of] + ((more[of] - less[i]![of]) / (deep - lessDeep)) * (layers - deep);
    return { flops: further("flops"), memoryBytes: Math.round(further("memoryBytes")) };
  });
}

/** Positions that a sequence of the part has without padding. */
function positionsIn(part: Part): number {
  return part.kind === "text" ? part.layout.tokens : part.length * part.rows;
}

/**
 * A step of each part, of `accumulate` micro-batches. What is computed again is no more of a training than without it: FLOPs leave it out.
 */
function stepCosts(settings: TrainingSettings, accumulate: number): StepCost[] {
  const { recompute, ...model } = settings.model;
  const program = trainingProgram(settings);
  const once = recompute ? trainingProgram({ ...settings, model }) : undefined;
  const applying = settings.accumulates ? [traced(program, "apply")] : [];
  const bytesOf = (graph: Graph) => peakMemoryOf(inPrecision(graph, settings)) + idleBytes(program, graph);
  return settings.parts.map((part) => {
    const graph = tracedStep(program, settings, part);
    const flops = accumulate * flopsOf(once ? tracedStep(once, settings, part) : graph);
    return {
      flops: applying.reduce((sum, apply) => sum + flopsOf(apply), flops),
      memoryBytes: Math.max(...[graph, ...applying].map(bytesOf)),
    };
  });
}

/** State that the step does not read, but that is there: what the optimiser keeps, while gradients are added up. */
function idleBytes({ state }: TrainingProgram, { state: read }: Graph): number {
  const names = new Set(read.map(({ name }) => name));
  return state.filter(({ name }) => !names.has(name)).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}

/** As the engine that has it runs the graph. */
function inPrecision(graph: Graph, { precision }: TrainingSettings): Graph {
  return precision === "bfloat16" ? withBfloat16(graph) : graph;
}

function tracedStep(program: TrainingProgram, { accumulates }: TrainingSettings, part: Part): Graph {
  return traced(program, `${accumulates ? "accumulate" : "step"}.${part.name}`);
}

function traced(program: TrainingProgram, name: string): Graph {
  const fn = program.functions.find((each) => each.name === name);
  if (!fn) throw new Error(`the program has no function ${name}`);
  return trace(fn, program.state);
}

function countParameters(parameters: readonly Parameter[]): Pick<Cost, "parameters" | "embeddings"> {
  const count = (some: readonly Parameter[]) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { parameters: count(parameters), embeddings: count(parameters.filter(({ embedding }) => embedding)) };
}
