import type { Architecture, PretrainSpec, Ref, Spec } from "#runtime/contract/spec.ts";
import { type Files, filesOf } from "./files.ts";
import { canonical } from "./fingerprint.ts";
import { resolveArchitecture, resolveModel, resolveObjective } from "./resolve.ts";

/**
 * What a pre-training computes, its seed aside, as text: equal for two that differ in names alone. Files stand by path, so
 * that nothing large is read.
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
  return architecture ? resolveModel(model, architecture, 0) : model;
}

function objectiveIdentity(spec: Spec, ref: Ref): unknown {
  const named = resolveObjective(spec, ref, (key) => {
    const task = spec.tasks[key];
    if (!task) return null;
    const { doc: _, metrics: __, ...rest } = task;
    return { ...rest, labels: [], files: [] };
  });
  return named ? withoutPartNames(named) : ref;
}

function withoutPartNames(objective: NonNullable<ReturnType<typeof resolveObjective>>): unknown {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return objective;
  return { kind: objective.kind, parts: objective.parts.map((part) => [part.weight, withoutPartNames(part.objective)]) };
}

function corpusIdentity(spec: Spec, ref: Ref, files: Files): unknown {
  const corpus = spec.corpora[ref];
  if (!corpus) return ref;
  return { documents: corpus.documents, split: corpus.split, files: filesOf(corpus.files, files) };
}

function tokenizerIdentity(spec: Spec, ref: Ref, files: Files): unknown {
  const tokenizer = spec.tokenizers[ref];
  if (!tokenizer) return ref;
  const { doc: _, ...rest } = tokenizer;
  return { ...rest, trainOn: corpusIdentity(spec, tokenizer.trainOn, files) };
}
