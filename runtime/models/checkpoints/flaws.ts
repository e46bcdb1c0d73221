import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import type { Described } from "../families/described.ts";
import { jsonIn } from "./checkpoint-json.ts";
import type { TiedNames } from "./tensor-names.ts";
import { maxTokenizerBytes, tokenizerEntries } from "./tokenizer-entries.ts";
import { dropoutWarning } from "./tokenizer-parts.ts";

/** A problem of a checkpoint that prevents only some uses. */
export interface CheckpointFlaw {
  /** The use that it prevents: reading text, predicting tokens, or the head of its class; null: none, it is only a warning. */
  prevents: "text" | "prediction" | "head" | null;
  message: string;
}

export function ownHeadFlaw(folder: string, projection: string, embeddings: string): CheckpointFlaw {
  return {
    prevents: null,
    message: `${folder}: its config.json ties ${projection} to the embeddings (tie_word_embeddings), but ${projection} in the file differs from ${embeddings}, so that of the file is used. Set tie_word_embeddings: false in config.json to say so`,
  };
}

export function noPredictionFlaw(
  folder: string,
  { family }: Described,
  missing: readonly string[],
  { projection }: TiedNames,
): CheckpointFlaw {
  const drawn = "pretrain from it, which initialises the missing weights: freshly initialised";
  if (missing.length === 1 && missing[0] === projection)
    return {
      prevents: "prediction",
      message: `${folder} has no ${projection}, and its config.json does not tie it to the embeddings (tie_word_embeddings): it cannot predict tokens. Set tie_word_embeddings: true in config.json if the model is meant so, copy the checkpoint again, or ${drawn}`,
    };
  return {
    prevents: "prediction",
    message: `${folder} has no ${listed(missing)}, with which ${family.title} predicts tokens, so it cannot predict them. Use a checkpoint that was saved with its head for tokens, or ${drawn}`,
  };
}

export function headlessFlaw(folder: string, className: string, modules: readonly string[]): CheckpointFlaw {
  return {
    prevents: "head",
    message: `${folder} has no ${listed(modules)}, which ${className} in its config.json needs. Copy the checkpoint again, or name the class it has in architectures`,
  };
}

/** Buffers that programs compute themselves. */
const harmless =
  /(?:^|\.)(?:position_ids|token_type_ids|attn\.(?:masked_)?bias|rotary_emb\.inv_freq|final_logits_bias|num_batches_tracked)$/;

export function unusedFlaw(folder: string, title: string, names: readonly string[]): CheckpointFlaw[] {
  const unused = names.filter((name) => !harmless.test(name)).sort();
  if (unused.length === 0) return [];
  return [
    {
      prevents: null,
      message: `${folder} has tensors that are not used: ${listed(unused)}. ${title}, as its config.json describes it, has no such weights. Check that the two belong together`,
    },
  ];
}

/** Problems of the tokenizer next to a model: it is missing, or the embeddings lack rows for its entries. */
export function tokenizerFlaws(folder: string, rows: number, files: SeenFiles): CheckpointFlaw[] {
  const flaw = (message: string): CheckpointFlaw[] => [{ prevents: "text", message }];
  try {
    const entries = tokenizerEntries(folder, files);
    if (entries === null) return flaw(noTokenizer(folder, files));
    if (entries <= rows) return randomTokens(folder, files);
    return flaw(
      `the tokenizer of ${folder} has ${entries} entries, but the model's embeddings have ${rows} rows, so they do not belong together. Copy the checkpoint again`,
    );
  } catch (error) {
    if (error instanceof CheckpointError) return flaw(error.message);
    throw error;
  }
}

/** A warning if a tokenizer samples its tokens; it is read without sampling. */
function randomTokens(folder: string, files: SeenFiles): CheckpointFlaw[] {
  const path = `${folder}/tokenizer.json`;
  if (files.size(path) === null) return [];
  const message = dropoutWarning(path, jsonIn(path, maxTokenizerBytes, files).model);
  return message === undefined ? [] : [{ prevents: null, message }];
}

function noTokenizer(folder: string, files: SeenFiles): string {
  const model = ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"].find((name) => files.size(`${folder}/${name}`) !== null);
  if (!model) return `${folder} has no tokenizer: expected tokenizer.json, vocab.txt, or vocab.json and merges.txt. Copy it there`;
  return `${folder} has its tokenizer only as ${model}, but tokenizer.json is needed. Write it in Python: from transformers import AutoTokenizer; AutoTokenizer.from_pretrained(${JSON.stringify(folder)}).save_pretrained(${JSON.stringify(folder)})`;
}

function listed(names: readonly string[]): string {
  const max = 5;
  const shown = names.slice(0, max).join(", ");
  return names.length > max ? `${shown} and ${names.length - max} others` : shown;
}
