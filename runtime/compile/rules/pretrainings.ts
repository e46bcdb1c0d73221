import { listed } from "#runtime/contract/listed.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { ModelSpec, Spec, TokenizerSpec } from "#runtime/contract/spec.ts";
import { generatorSizes } from "#runtime/models/generator.ts";
import { layoutOf } from "#runtime/objectives/table.ts";
import type { Use } from "../cells.ts";
import { type Files, sizeOf } from "../files.ts";
import { leavesOf, resolveArchitecture } from "../resolve.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { error, percent, type Rule } from "./rule.ts";

/** Model, objective, corpus and tokenizer of a pre-training go together in size. */
export const pretrainings: Rule = ({ spec, files, uses }) =>
  uses.flatMap((use) => [
    ...microBatches(use.pretrain, use.at(use.varied.includes("batch") ? "batch" : "accumulate")),
    ...context(spec, use, files),
    ...sentinels(spec, use, files),
    ...fits(spec, use),
    ...epochs(spec, use),
    ...nothing(use),
  ]);

/** A step's batch is cut into equal micro-batches. */
export function microBatches({ batch, accumulate }: { batch: number; accumulate: number }, path: SpecPath): Problem[] {
  if (batch % accumulate === 0) return [];
  const divisors = Array.from({ length: batch }, (_, index) => index + 1).filter((candidate) => batch % candidate === 0);
  const nearest = divisors.toSorted((left, right) => Math.abs(left - accumulate) - Math.abs(right - accumulate)).slice(0, 2);
  return [
    error(
      "accumulate-does-not-divide",
      path,
      `accumulate: ${accumulate} does not divide batch: ${batch}, and every micro-batch has the same size. Use ${listed(nearest.map(String), "or")}.`,
      nearest.map(String),
    ),
  ];
}

/** A token has at least one byte, so a text never has more tokens than bytes. */
function context(spec: Spec, use: Use, files: Files): Problem[] {
  const model = spec.models[use.pretrain.model];
  const corpus = spec.corpora[use.pretrain.corpus];
  if (!model || !corpus) return [];
  const bytes = sizeOf(corpus.files, files);
  // By document, chance could put the whole text into the training split.
  const most = corpus.split.by === "position" ? Math.floor(bytes * (1 - corpus.split.validation - corpus.split.test)) : bytes;
  if (bytes === 0 || model.context <= most) return [];
  return [
    error(
      "context-longer-than-corpus",
      use.varied.includes("corpus") ? use.at("corpus") : ["models", use.pretrain.model, "context"],
      `A context of ${model.context} tokens is longer than the text: the training split of ${use.pretrain.corpus} has at most ${most} bytes. Use a shorter context or more text.`,
    ),
  ];
}

function sentinels(spec: Spec, use: Use, files: Files): Problem[] {
  const { model: modelName, objective, tokenizer: tokenizerName } = use.pretrain;
  const model = spec.models[modelName];
  const tokenizer = tokenizerName === null ? undefined : spec.tokenizers[tokenizerName];
  const architecture = model && resolveArchitecture(spec, model, objective);
  if (!architecture || !tokenizer) return [];
  const needed = (leavesOf(spec, objective) ?? []).map((leaf) =>
    leaf.objective.kind === "supervised" ? 0 : layoutOf(leaf.objective, { architecture, context: model.context }).sentinels,
  );
  const most = Math.max(0, ...needed);
  const there = sentinelsOf(tokenizer, files);
  if (most <= there) return [];
  return [
    error(
      "too-few-sentinels",
      use.at(use.varied.includes("tokenizer") ? "tokenizer" : "objective"),
      `The objective ${objective} hides up to ${most} spans in a context of ${model.context} and needs a sentinel for each; the tokenizer ${tokenizerName} has ${there}. ` +
        `Set sentinels: ${most} in ${tokenizerName}, a longer mean_span, a lower rate or a shorter context.`,
    ),
  ];
}

/** A file that cannot be read is a problem of its own. */
function sentinelsOf(tokenizer: TokenizerSpec, files: Files): number {
  if (tokenizer.kind !== "existing") return tokenizer.sentinels;
  const read = readTokenizerFile(tokenizer, files);
  return "wrong" in read ? Number.POSITIVE_INFINITY : read.sentinels;
}

/** What an objective needs of a model besides its architecture. */
function fits(spec: Spec, use: Use): Problem[] {
  const { model: modelName, objective } = use.pretrain;
  const model = spec.models[modelName];
  const architecture = model && resolveArchitecture(spec, model, objective);
  if (!model || !architecture) return [];
  const modelVaries = use.varied.includes("model") && !use.varied.includes("objective");
  const path = use.at(modelVaries ? "model" : "objective");
  return (leavesOf(spec, objective) ?? []).flatMap(({ key, objective: leaf }) => {
    if (leaf.kind === "contrastive" && leaf.views === "dropout" && model.dropout === 0) {
      const message = `The two views of ${key} differ by dropout alone, and the model ${modelName} has none. Set dropout: 10% in ${modelName}, or views: neighbours in ${key}.`;
      return [error("views-without-dropout", path, message)];
    }
    if (leaf.kind === "contrastive" && use.pretrain.batch / use.pretrain.accumulate < 2) {
      const message = `${key} tells the texts of a batch apart, and a batch of ${use.pretrain.batch} in ${use.pretrain.accumulate} parts has a single sequence in each. Use a larger batch.`;
      return [error("nothing-to-contrast", use.at("batch"), message)];
    }
    if (leaf.kind === "masked" && leaf.sentences !== undefined && architecture === "encoder-decoder") {
      const message = `sentences: ${leaf.sentences} of ${key} tells of pairs what one stack read, and ${modelName} is an ${architecture} here. Set sentences: none in ${key}, or use an encoder or a decoder.`;
      return [error("pairs-need-encoder", path, message)];
    }
    return leaf.kind === "replaced_token" ? generator(key, leaf.generator, modelName, model, path) : [];
  });
}

/** The generator's heads divide its width, as the model's do. */
function generator(key: string, share: number, modelName: string, model: ModelSpec, path: SpecPath): Problem[] {
  const fits = (candidate: number) => {
    const { hidden, heads } = generatorSizes(model, candidate);
    return hidden % heads === 0 && (model.position !== "rotary" || (hidden / heads) % 2 === 0);
  };
  if (fits(share)) return [];
  const { hidden, heads } = generatorSizes(model, share);
  const others = [0.25, 0.5, 1].filter(fits).map(percent);
  const message =
    `With generator: ${percent(share)} the generator of ${key} would be ${hidden} wide with ${heads} heads, which do not fit: ${modelName} has ${model.hidden} and ${model.heads}. ` +
    `Use a share that suits both, ${listed(others, "or")} for example.`;
  return [error("generator-does-not-fit", path, message)];
}

/** An epoch is a pass over the corpus, which a task alone does not read. */
function epochs(spec: Spec, use: Use): Problem[] {
  const { budget, objective } = use.pretrain;
  const leaves = leavesOf(spec, objective);
  if (budget.unit !== "epochs" || !leaves || leaves.some((leaf) => leaf.weight > 0 && leaf.objective.kind !== "supervised")) return [];
  return [
    error(
      "epochs-without-text",
      use.at(use.varied.includes("objective") ? "objective" : "budget"),
      `A budget in epochs counts passes over the corpus, which ${objective} does not read. Give tokens, steps or flops.`,
    ),
  ];
}

function nothing(use: Use): Problem[] {
  const { value, unit } = use.pretrain.budget;
  if (value > 0) return [];
  return [error("empty-budget", use.at("budget"), `A budget of ${value} ${unit} trains nothing. Give more than 0, for example 5M tokens.`)];
}
