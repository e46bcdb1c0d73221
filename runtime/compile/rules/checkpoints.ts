import type { Problem } from "#runtime/contract/problem.ts";
import type { CheckpointSpec, ExistingTokenizerSpec } from "#runtime/contract/spec.ts";
import type { CheckpointFlaw } from "#runtime/models/checkpoints/flaws.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import type { Use } from "../cells.ts";
import { readCheckpoint } from "../known-checkpoints.ts";
import type { Files } from "../planning-files.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { type Checked, error, type Rule, warning } from "./rule.ts";

/** The checkpoint of a model must be readable, and have the tokenizer of everything that starts from it. */
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
        return [error("missing-key", use.at("model"), `${use.label} needs a tokenizer, since the model ${use.pretrain.model} has none.`)];
      return [
        error(
          "tokenizer-of-checkpoint",
          use.at("tokenizer"),
          `The model ${use.pretrain.model} has the tokenizer of its checkpoint, and its weights are useless with another one. Omit tokenizer.`,
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
          `The model ${from.model} has sizes but no weights. Give it a checkpoint, or start from a pretrain or from scratch { like: … }.`,
        ),
      ];
    }),
  ];
};

/** Whether something reads text with the model's own tokenizer, and whether something predicts tokens with the model. */
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

/** Problems of a flaw: text cannot be read without a tokenizer; missing weights for predicting tokens are initialised, with a warning. */
function flawOf(name: string, { prevents, message }: CheckpointFlaw, { ownTokenizer, predicts }: Uses): Problem[] {
  const path = ["models", name, "checkpoint"];
  if (prevents === "text") return ownTokenizer ? [error("unusable-checkpoint", path, `${message}.`)] : [];
  if (prevents === "head" || (prevents === "prediction" && !predicts)) return [];
  return [warning("flawed-checkpoint", path, `${message}.`)];
}

/** A tokenizer file that replaces a checkpoint's tokenizer must have as many entries as the checkpoint has embeddings. */
function fileForCheckpoint(use: Use, checkpoint: CheckpointSpec, tokenizer: ExistingTokenizerSpec, files: Files): Problem[] {
  const [read, rows] = [readTokenizerFile(tokenizer, files), embeddingsOf(checkpoint, files)];
  // a file that cannot be read is reported at its declaration
  if ("wrong" in read || rows === null || read.entries <= rows) return [];
  return [
    error(
      "tokenizer-does-not-fit",
      use.at("tokenizer"),
      `The tokenizer ${use.pretrain.tokenizer} has ${read.entries} entries, but the model ${use.pretrain.model} has embeddings for ${rows}, so they do not belong together. Omit tokenizer to use the checkpoint's own.`,
    ),
  ];
}

function embeddingsOf(checkpoint: CheckpointSpec, files: Files): number | null {
  try {
    return readCheckpoint(checkpoint, files).model.input.vocabulary;
  } catch (problem) {
    if (problem instanceof CheckpointError) return null;
    throw problem;
  }
}
