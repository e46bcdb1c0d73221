import type { Architecture, PretrainSpec, Ref, Spec } from "#runtime/contract/spec.ts";
import { canonical } from "./fingerprint.ts";
import { type Files, filesOf } from "./planning-files.ts";
import { leavesOf, resolveArchitecture, resolveModel } from "./resolve.ts";

/**
 * A text that identifies what a pre-training computes, apart from its seed: it is equal for two that differ only in names. Files are
 * represented by their paths, so that nothing large is read.
 */
export function identityOf(spec: Spec, pretrain: PretrainSpec, files: Files): string {
  const { doc: _, seed: __, evaluate: ___, save: ____, ...rest } = pretrain;
  return canonical({
    ...rest,
    model: modelIdentity(spec, pretrain),
    objective: objectiveIdentity(spec, pretrain.objective),
    corpus: corpusIdentity(spec, pretrain.corpus, files),
    tokenizer: tokenizerIdentity(spec, pretrain.tokenizer, files),
  });
}

function modelIdentity(spec: Spec, pretrain: PretrainSpec): unknown {
  const model = spec.models[pretrain.model];
  if (!model) return pretrain.model;
  const architecture: Architecture | null = resolveArchitecture(spec, model, pretrain.objective);
  return architecture ? { ...resolveModel(model, architecture, 0), checkpoint: model.checkpoint?.folder ?? null } : model;
}

function objectiveIdentity(spec: Spec, ref: Ref): unknown {
  if (leavesOf(spec, ref) === null) return ref;
  const { doc: _, ...objective } = spec.objectives[ref]!;
  if (objective.kind === "supervised") return { ...objective, task: taskIdentity(spec, objective.task) };
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return objective;
  return { ...objective, parts: objective.parts.map((part) => [part.weight, objectiveIdentity(spec, part.objective)]) };
}

function taskIdentity(spec: Spec, ref: Ref): unknown {
  const task = spec.tasks[ref];
  if (!task) return ref;
  const { doc: _, metrics: __, benchmark: ___, ...rest } = task;
  return rest;
}

function corpusIdentity(spec: Spec, ref: Ref, files: Files): unknown {
  const corpus = spec.corpora[ref];
  if (!corpus) return ref;
  const { doc: _, ...rest } = corpus;
  return { ...rest, files: filesOf(corpus.files, files) };
}

function tokenizerIdentity(spec: Spec, ref: Ref | null, files: Files): unknown {
  if (ref === null) return null;
  const tokenizer = spec.tokenizers[ref];
  if (!tokenizer) return ref;
  const { doc: _, ...rest } = tokenizer;
  return tokenizer.kind === "existing" ? rest : { ...rest, trainOn: corpusIdentity(spec, tokenizer.trainOn, files) };
}
