import type { ResolvedModel, ResolvedObjective, ResolvedTask, TrainedTask } from "#runtime/contract/plan.ts";
import type { FinetuneSettings, TrainedPart } from "#runtime/contract/spec.ts";
import {
  adapterParameters,
  headParameters,
  loraParameters,
  type Parameter,
  parametersOf,
  poolerParameters,
  readsStates,
} from "#runtime/models/parameters.ts";
import { type Stack, stacksOf } from "#runtime/models/stacks.ts";
import { isTextObjective, layoutOf } from "#runtime/objectives/objective-table.ts";
import { type LeafObjective, partSchedule } from "#runtime/objectives/part-schedule.ts";
import { auxiliaryLossOf } from "./auxiliary/auxiliary-table.ts";
import { finetuningHead, headOf, packedWritingLayout } from "./task-parts.ts";
import { textParameters } from "./text-part.ts";
import type { Part } from "./training-program.ts";

/** The parts of a pre-training's program, in the order of the objective's schedule. */
export function pretrainingParts(model: ResolvedModel, objective: ResolvedObjective, steps: number): Part[] {
  return partSchedule(objective, steps).parts.map(({ objective }, i) => partOf(model, objective, String(i)));
}

function partOf(model: ResolvedModel, objective: LeafObjective, name: string): Part {
  if (isTextObjective(objective)) return { kind: "text", name, layout: layoutOf(objective, model) };
  const head = headOf(objective.task);
  if (!head) return { kind: "text", name, layout: packedWritingLayout(model) };
  return { kind: "head", name, head: name, ...head, length: model.context, slots: labelledSlots(model.context) };
}

/**
 * Labelled texts that one packed row of a supervised objective has room for. Rows are as long as the context, so that a step
 * costs the same as one of the other objectives' and budgets can be solved without reading the texts.
 */
export function labelledSlots(context: number): number {
  return Math.max(1, Math.floor(context / 16));
}

/** The model's own weights, then what each part adds to them. */
export function pretrainingParameters(model: ResolvedModel, parts: readonly Part[]): Parameter[] {
  return [
    ...parametersOf(model).filter(({ fixed }) => !fixed),
    ...(parts.some(hasPooler) ? poolerParameters(model) : []),
    ...parts.flatMap((part) => (part.kind === "head" ? headParameters(model, part.head, part.outputs) : textParameters(model, part))),
  ];
}

/** One pooler serves all of a model's parts. */
function hasPooler(part: Part): boolean {
  if (part.kind === "head") return part.pooler;
  const { auxiliary } = part.layout;
  return auxiliary !== undefined && auxiliaryLossOf(auxiliary).pooler;
}

/** Weights that no training changes. */
export function fixedParameters(model: ResolvedModel): Parameter[] {
  return parametersOf(model).filter(({ fixed }) => fixed);
}

export interface FinetunedParameters {
  trained: Parameter[];
  frozen: Parameter[];
  loraScale?: number;
}

/**
 * What a fine-tuning trains and what it only reads. An encoder-decoder is fine-tuned on labels by its encoder alone (Liu et
 * al. 2021, EncT5), so the decoder's weights take no part.
 */
export function finetuningParameters(
  model: ResolvedModel,
  task: TrainedTask,
  { train, layerDecay = 1 }: Pick<FinetuneSettings, "train" | "layerDecay">,
): FinetunedParameters {
  const answering = headOf(task);
  const isUsed = (name: string) => answering === null || takesPart(model, name);
  const used = parametersOf(model).filter(({ name }) => isUsed(name));
  const head = answering
    ? [...(answering.pooler ? poolerParameters(model) : []), ...headParameters(model, finetuningHead, answering.outputs)]
    : [];
  const { added, changes } = changedBy(train, model, answeringStack(model, task));
  const trained = [
    ...used.filter((parameter) => !parameter.fixed && changes(parameter)),
    ...added.filter(({ name }) => isUsed(name.slice(name.indexOf(".") + 1))),
  ];
  const frozen = used.filter((parameter) => !trained.includes(parameter));
  const layers = 1 + Math.max(-1, ...used.flatMap(({ layer }) => (layer !== null && Number.isFinite(layer) ? [layer] : [])));
  return {
    trained: [...trained, ...head].map((parameter) => withRate(parameter, layers, layerDecay)),
    frozen,
    ...(train.kind === "lora" ? { loraScale: train.alpha / train.rank } : {}),
  };
}

/** The blocks that answer a task: of an encoder-decoder the decoder's where it writes, the encoder's on labels; else all there are. */
export function answeringStack(model: ResolvedModel, task: ResolvedTask): Stack {
  return stacksOf(model).at(headOf(task) ? 0 : -1)!;
}

/** What a way of fine-tuning adds to the model, and which of the model's own weights it changes; `answering` has its last layers. */
function changedBy(
  train: TrainedPart,
  model: ResolvedModel,
  answering: Stack,
): { added: Parameter[]; changes(parameter: Parameter): boolean } {
  switch (train.kind) {
    case "all":
      return { added: [], changes: () => true };
    case "head":
      return { added: [], changes: () => false };
    case "last":
      return { added: [], changes: ({ layer }) => layer !== null && layer >= answering.before + answering.layers - train.layers };
    case "biases":
      return { added: [], changes: ({ name }) => name.endsWith(".bias") };
    case "lora":
      return { added: loraParameters(model, train.rank), changes: () => false };
    case "adapters":
      return { added: adapterParameters(model, train.size), changes: ({ name }) => name.includes("norm.") };
  }
}

/** The head learns at the whole rate, each layer below at the decay of the one above, embeddings at the least. */
function withRate(parameter: Parameter, layers: number, decay: number): Parameter {
  const { layer } = parameter;
  if (decay === 1 || layer === Number.POSITIVE_INFINITY) return parameter;
  return { ...parameter, rate: decay ** (layers - (layer ?? -1)) };
}

function takesPart({ architecture }: ResolvedModel, name: string): boolean {
  if (readsStates(name)) return false;
  return architecture !== "encoder-decoder" || !name.startsWith("decoder.");
}
