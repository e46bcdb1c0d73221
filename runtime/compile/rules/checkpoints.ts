import type { Problem } from "#runtime/contract/problem.ts";
import type { CheckpointSpec, ExistingTokenizerSpec } from "#runtime/contract/spec.ts";
import type { Flaw } from "#runtime/models/checkpoints/flaws.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import type { Use } from "../cells.ts";
import { readCheckpoint } from "../checkpoints.ts";
import type { Files } from "../files.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { type Checked, error, type Rule, warning } from "./rule.ts";

/** A model's checkpoint can be read, and brings the tokenizer of what starts from it. */
export const checkpoints: Rule = (checked) => {
  const { spec, files, uses } = checked;
  return [
    ...Object.entries(spec.models).flatMap(([name, { checkpoint }]): Problem[] => {
      if (!checkpoint) return [];
      try {
        const { flaws } = readCheckpoint(checkpoint, files);
        return flaws.flatMap((flaw) => flawOf(name, flaw, usedBy(name, checked)));
      } catch (problem) {
        if (!(problem instanceof CheckpointError)) throw problem;
        return [error("unusable-checkpoint", ["models", name, "checkpoint"], `${problem.message}.`)];
      }
    }),
    ...uses.flatMap((use): Problem[] => {
      const model = spec.models[use.pretrain.model];
      if (!model || (model.checkpoint !== undefined) === (use.pretrain.tokenizer === null)) return [];
      const tokenizer = spec.tokenizers[use.pretrain.tokenizer ?? ""];
      if (model.checkpoint && tokenizer?.kind === "existing") return fileForCheckpoint(use, model.checkpoint, tokenizer, files);
      if (!model.checkpoint)
        return [error("missing-key", use.at("model"), `${use.label} needs a tokenizer: the model ${use.pretrain.model} brings none.`)];
      return [
        error(
          "tokenizer-of-checkpoint",
          use.at("tokenizer"),
          `The model ${use.pretrain.model} comes with the tokenizer of its checkpoint, and its weights are worth nothing with another. Leave tokenizer out.`,
        ),
      ];
    }),
    ...Object.entries(spec.finetunings).flatMap(([name, { from }]): Problem[] => {
      const model = from.kind === "checkpoint" ? spec.models[from.model] : undefined;
      if (from.kind !== "checkpoint" || !model || model.checkpoint) return [];
      return [
        error(
          "model-without-weights",
          ["finetunings", name, "from"],
          `The model ${from.model} has sizes and no weights. Give it a checkpoint, or start from a pretrain or from scratch { like: … }.`,
        ),
      ];
    }),
  ];
};

/** What reads text with a model's own tokenizer, and what predicts tokens with it. */
interface Uses {
  ownTokenizer: boolean;
  predicts: boolean;
}

function usedBy(name: string, { spec, uses }: Pick<Checked, "spec" | "uses">): Uses {
  const pretrained = uses.filter(({ pretrain }) => pretrain.model === name);
  const finetuned = Object.values(spec.finetunings).some(({ from }) => from.kind === "checkpoint" && from.model === name);
  return {
    ownTokenizer: finetuned || pretrained.length === 0 || pretrained.some(({ pretrain }) => pretrain.tokenizer === null),
    predicts: pretrained.length > 0,
  };
}

/** Text cannot be read without the tokenizer; what is missing to predict tokens is drawn, which is to be known. */
function flawOf(name: string, { prevents, message }: Flaw, { ownTokenizer, predicts }: Uses): Problem[] {
  const path = ["models", name, "checkpoint"];
  if (prevents === "text") return ownTokenizer ? [error("unusable-checkpoint", path, `${message}.`)] : [];
  if (prevents === "head" || (prevents === "prediction" && !predicts)) return [];
  return [warning("flawed-checkpoint", path, `${message}.`)];
}

/** A file in the place of a checkpoint's tokenizer has an embedding for each of its entries. */
function fileForCheckpoint(use: Use, checkpoint: CheckpointSpec, tokenizer: ExistingTokenizerSpec, files: Files): Problem[] {
  const [read, rows] = [readTokenizerFile(tokenizer, files), embeddingsOf(checkpoint, files)];
  // what cannot be read is said where it is declared
  if ("wrong" in read || rows === null || read.entries <= rows) return [];
  return [
    error(
      "tokenizer-does-not-fit",
      use.at("tokenizer"),
      `The tokenizer ${use.pretrain.tokenizer} has ${read.entries} entries and the model ${use.pretrain.model} embeddings for ${rows}: they are not of the same model. Leave tokenizer out, which takes the checkpoint's own.`,
    ),
  ];
}

function embeddingsOf(checkpoint: CheckpointSpec, files: Files): number | null {
  try {
    return readCheckpoint(checkpoint, files).model.vocabulary;
  } catch (problem) {
    if (problem instanceof CheckpointError) return null;
    throw problem;
  }
}
