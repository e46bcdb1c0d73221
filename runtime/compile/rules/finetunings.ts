import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { FinetuneSettings, FinetuneSpec, ModelSpec, PretrainSpec, Spec } from "#runtime/contract/spec.ts";
import { cellsOf } from "../cells.ts";
import { microBatches } from "./pretrainings.ts";
import { error, type Rule, warning } from "./rule.ts";

/** The weights that a fine-tuning trains must exist in the model. */
export const finetunings: Rule = ({ spec }) => [
  ...Object.entries(spec.finetunings).flatMap(([name, finetune]) =>
    settings(finetune, ["finetunings", name], startsOf(spec, finetune.from)),
  ),
  ...Object.entries(spec.comparisons).flatMap(([name, comparison]) => {
    const models = modelsOf(
      spec,
      cellsOf(spec, name).cells.map((cell) => cell.pretrain),
    );
    return comparison.finetune.flatMap((finetune, index) => settings(finetune, ["comparisons", name, "finetune", index], models));
  }),
];

function settings(finetune: FinetuneSettings, path: SpecPath, models: readonly [string, ModelSpec][]): Problem[] {
  return [
    ...microBatches(finetune, [...path, "accumulate"]),
    ...idlePatience(finetune, path),
    ...models.flatMap(([name, model]) => trained(finetune, path, name, model)),
  ];
}

/** A warning if early stopping can never save an epoch: after the best epoch and `patience` others, none is left. */
function idlePatience({ epochs, patience }: FinetuneSettings, path: SpecPath): Problem[] {
  if (patience === undefined || 1 + patience < epochs) return [];
  const smaller = epochs > 2 ? `a patience of at most ${epochs - 2}, ` : "";
  return [
    warning(
      "patience-never-stops",
      [...path, "patience"],
      `patience: ${patience} never stops the fine-tuning early: that takes the best epoch and ${patience} more that are no better, and epochs: ${epochs} are then over. Use more epochs, ${smaller}or leave patience out.`,
    ),
  ];
}

function trained({ train }: FinetuneSettings, path: SpecPath, name: string, model: ModelSpec): Problem[] {
  if (train.kind === "last" && train.layers > model.layers) {
    return [
      error(
        "more-layers-than-model",
        [...path, "train"],
        `The last ${train.layers} layers cannot be trained, since the model ${name} has only ${model.layers}. Use at most that many, or train: all.`,
        [`last ${model.layers} layers`, "all"],
      ),
    ];
  }
  if (train.kind === "biases" && !model.biases) {
    return [
      error("no-biases", [...path, "train"], `The model ${name} has no biases to train. Write biases: true in it, or train: lora.`, [
        "lora",
      ]),
    ];
  }
  if (train.kind === "lora" && train.rank > model.hidden) {
    return [
      error(
        "rank-above-width",
        [...path, "train", "rank"],
        `A LoRA rank of ${train.rank} is above the hidden width ${model.hidden} of the model ${name}. Use a rank far below it, for example 8.`,
      ),
    ];
  }
  return [];
}

function startsOf(spec: Spec, from: FinetuneSpec["from"]): [string, ModelSpec][] {
  if (from.kind !== "checkpoint") return modelsOf(spec, [spec.pretrainings[from.pretrain]]);
  const model = spec.models[from.model];
  return model ? [[from.model, model]] : [];
}

/** The distinct models of these pre-trainings. */
function modelsOf(spec: Spec, pretrainings: readonly (PretrainSpec | undefined)[]): [string, ModelSpec][] {
  const names = new Set(pretrainings.flatMap((pretrain) => (pretrain ? [pretrain.model] : [])));
  return [...names].flatMap((name) => (spec.models[name] ? [[name, spec.models[name]] as [string, ModelSpec]] : []));
}
