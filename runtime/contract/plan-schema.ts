import * as v from "valibot";
import { completeModel, completeTokenModel, type TokenModel } from "./model-choices.ts";
import type { Job, ResolvedModel } from "./plan.ts";
import { whole } from "./schema.ts";

/*
 * The schema of `job.json`, as far as readers rely on it. Jobs are planned from the text each time, so that settings, which have many
 * forms, are not checked a second time.
 */

const file = v.looseObject({ path: v.string(), bytes: whole, sha256: v.string() });
const cost = v.looseObject({
  parameters: v.number(),
  embeddings: v.number(),
  tokensPerStep: v.number(),
  flopsPerStep: v.number(),
  memoryBytes: v.number(),
});
/** Earlier versions wrote a model of tokens with only those choices that one declared by its sizes does not have. */
const model = v.pipe(
  v.looseObject({
    architecture: v.picklist(["encoder", "decoder", "encoder-decoder"]),
    layers: whole,
    hidden: whole,
    heads: whole,
    context: whole,
  }),
  v.transform((model) =>
    "input" in model ? completeModel(model as unknown as ResolvedModel) : completeTokenModel(model as unknown as TokenModel),
  ),
);
const objective = v.looseObject({ kind: v.string() });
const settings = v.looseObject({});
const task = v.looseObject({ kind: v.string(), files: v.array(file) });
const run = v.looseObject({ task: v.string(), seed: v.number(), job: v.string() });

function ofKind<K extends Job["kind"], E extends v.ObjectEntries>(kind: K, entries: E) {
  return v.looseObject({
    id: v.string(),
    kind: v.literal(kind),
    name: v.string(),
    after: v.array(v.string()),
    fingerprint: v.string(),
    ...entries,
  });
}

const anyJob = v.variant("kind", [
  ofKind("corpus", { corpus: settings, files: v.array(file) }),
  ofKind("tokenizer", {}),
  ofKind("encode", { corpus: v.string(), tokenizer: v.string(), limit: v.nullable(v.number()) }),
  ofKind("contamination", { corpus: v.string(), task, taskName: v.string() }),
  ofKind("measure", { model, objective, encoded: v.string(), tokenizer: v.string() }),
  ofKind("pretrain", {
    model,
    objective,
    encoded: v.string(),
    tokenizer: v.string(),
    steps: whole,
    batch: whole,
    optimizer: settings,
    seed: v.number(),
    evaluateEvery: whole,
    save: settings,
    cost,
  }),
  ofKind("finetune", {
    from: v.nullable(v.string()),
    model,
    tokenizer: v.string(),
    task,
    taskName: v.string(),
    settings,
    seed: v.number(),
    cost,
  }),
  ofKind("evaluate", {
    from: v.nullable(v.string()),
    model,
    tokenizer: v.string(),
    task,
    taskName: v.string(),
    batch: whole,
    seed: v.number(),
  }),
  ofKind("majority", { task, taskName: v.string() }),
  ofKind("compare", {
    comparison: v.string(),
    cells: v.array(v.looseObject({ cell: v.string(), runs: v.array(v.looseObject({ pretrain: v.string(), finetunes: v.array(run) })) })),
    tasks: v.array(v.looseObject({ task: v.string(), metrics: v.array(v.string()) })),
    contamination: v.array(v.looseObject({ task: v.string(), corpus: v.string(), job: v.string() })),
    baselines: v.array(v.looseObject({ cell: v.string(), task: v.string(), job: v.string() })),
    expect: v.array(v.looseObject({})),
  }),
]);

/** `job.json`. */
export const jobRecord = anyJob as unknown as v.GenericSchema<unknown, Job>;
