import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { type Parameter, parametersOf } from "#runtime/models/parameters.ts";
import type { TokenPrediction } from "#runtime/programs/auxiliary/auxiliary-loss.ts";
import { auxiliaryLossOf } from "#runtime/programs/auxiliary/auxiliary-table.ts";
import { pretrainingParts } from "#runtime/programs/parts.ts";
import { promptVisibility, withReading } from "#runtime/programs/reading.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { readJobRecord } from "#runtime/runs/inspect-folder.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { checkpointTokenizer } from "#runtime/tokenizers/adopt.ts";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { type Checkpoint, openCheckpoint, requireUsable } from "./checkpoint.ts";

/** A model with its weights and its tokenizer: a checkpoint in Transformers' format, or the result of a pre-training. */
export interface StoredModel {
  folder: string;
  model: ResolvedModel;
  /** Undefined for the result of a pre-training. */
  checkpoint: Checkpoint | undefined;
  /** The weights that it contains. */
  parameters: Parameter[];
  read(parameters: readonly Parameter[]): Record<string, Float32Array>;
  tokenizer(): TokenizerJson;
  /** The parts of the objective that it was pre-trained on. */
  parts: readonly Part[];
  /** Whether its head for tokens was trained. */
  predicts: boolean;
  /** Who sees whom in what a decoder goes on from; undefined where nothing taught it the next token. */
  prompt: "past" | "all" | undefined;
}

/** Opens a stored model. `folder`: a folder with a config.json, or a run folder. Throws `JobFailure`. */
export function openStoredModel(folder: string): StoredModel {
  if (existsSync(join(folder, "job.json"))) return ofRun(folder);
  const checkpoint = openCheckpoint(folder);
  const { model, parameters, read } = checkpoint;
  const tokenizer = () => {
    requireUsable(checkpoint, "text");
    return checkpointTokenizer(folder);
  };
  return { folder, model, checkpoint, parameters, read, tokenizer, parts: [], predicts: true, prompt: "past" };
}

function ofRun(folder: string): StoredModel {
  const read = readJobRecord(folder);
  if (read && "problem" in read) throw new JobFailure(`${join(folder, "job.json")}: ${read.problem}. Run its pretrain again`);
  const job = read?.value;
  if (job?.kind !== "pretrain")
    throw new JobFailure(`${folder} does not contain a pre-training. Give the run of a pretrain, or a checkpoint's folder`);
  const path = join(folder, "model.safetensors");
  const parts = pretrainingParts(job.model, job.objective, job.steps);
  const outcomes = parts.map(tokenPredictionAfter);
  const model = withReading(job.model, job.objective);
  return {
    folder,
    model,
    checkpoint: undefined,
    parameters: parametersOf(job.model),
    parts,
    predicts: outcomes.includes("learned") || (job.model.weights !== undefined && !outcomes.includes("lost")),
    prompt: promptVisibility(model, job.objective) ?? (job.model.weights && "past"),
    read(parameters) {
      const { tensors } = readSafetensors(
        path,
        parameters.map(({ name }) => name),
      );
      return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
    },
    tokenizer: () => checkpointTokenizer(join(dirname(folder), job.tokenizer)),
  };
}

/** What becomes of the model's head for tokens by a part of its pre-training. */
function tokenPredictionAfter(part: Part): TokenPrediction {
  if (part.kind === "head") return "kept";
  const { auxiliary } = part.layout;
  return auxiliary ? auxiliaryLossOf(auxiliary).tokenPrediction : "learned";
}
