import type { ResolvedModel, ResolvedObjective, ResolvedTask } from "../contract/plan.ts";
import type { TrainedPart } from "../contract/spec.ts";
import { headParameters, isPrediction, loraParameters, type Parameter, parametersOf } from "../models/parameters.ts";
import { type LeafObjective, partSchedule } from "../objectives/schedule.ts";
import { isTextObjective, layoutOf } from "../objectives/table.ts";
import { finetuningHead, headOf } from "./adaptation.ts";
import { textParameters } from "./text-part.ts";
import type { Part } from "./training.ts";

/** The parts of a pre-training's program, in the order of the objective's schedule. */
export function pretrainingParts(model: ResolvedModel, objective: ResolvedObjective, steps: number): Part[] {
  return partSchedule(objective, steps).parts.map(({ objective }, i) => partOf(model, objective, String(i)));
}

function partOf(model: ResolvedModel, objective: LeafObjective, name: string): Part {
  if (isTextObjective(objective)) return { kind: "text", name, layout: layoutOf(objective, model) };
  const head = headOf(objective.task);
  if (!head) throw new Error(`the task ${objective.task.kind} has no head`);
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
    ...parts.flatMap((part) => (part.kind === "head" ? headParameters(model, part.head, part.outputs) : textParameters(model, part))),
  ];
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
export function finetuningParameters(model: ResolvedModel, task: ResolvedTask, train: TrainedPart): FinetunedParameters {
  if (task.kind === "minimal_pairs") return { trained: [], frozen: parametersOf(model) };
  const answering = headOf(task);
  const used = parametersOf(model).filter(({ name }) => answering === null || takesPart(model, name));
  const head = answering ? headParameters(model, finetuningHead, answering.outputs) : [];
  switch (train.kind) {
    case "all":
      return { trained: [...used, ...head], frozen: [] };
    case "head":
      return { trained: head, frozen: used };
    case "last": {
      const first = model.layers - train.layers;
      const isLast = ({ layer }: Parameter) => layer !== null && layer >= first;
      return { trained: [...used.filter(isLast), ...head], frozen: used.filter((parameter) => !isLast(parameter)) };
    }
    case "lora": {
      const low = loraParameters(model, train.rank).filter(
        ({ name }) => answering === null || takesPart(model, name.slice("lora.".length)),
      );
      return { trained: [...low, ...head], frozen: used, loraScale: train.alpha / train.rank };
    }
  }
}

function takesPart({ architecture }: ResolvedModel, name: string): boolean {
  if (isPrediction(name)) return false;
  return architecture !== "encoder-decoder" || !name.startsWith("decoder.");
}
