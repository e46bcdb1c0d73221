import { listed } from "#runtime/contract/listed.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { Spec, TokenizerSpec } from "#runtime/contract/spec.ts";
import { layoutOf } from "#runtime/objectives/objective-table.ts";
import type { Use } from "../cells.ts";
import { bytesIn, type Files } from "../planning-files.ts";
import { leavesOf, resolveArchitecture } from "../resolve.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { error, type Rule } from "./rule.ts";

/** The sizes of model, objective, corpus and tokenizer of a pre-training must match. */
export const pretrainings: Rule = ({ spec, files, uses }) =>
  uses.flatMap((use) => [
    ...microBatches(use.pretrain, use.at(use.varied.includes("batch") ? "batch" : "accumulate")),
    ...context(spec, use, files),
    ...sentinels(spec, use, files),
    ...epochs(spec, use),
    ...nothing(use),
  ]);

/** The batch of a step must be divisible into equal micro-batches. */
export function microBatches({ batch, accumulate }: { batch: number; accumulate: number }, path: SpecPath): Problem[] {
  if (batch % accumulate === 0) return [];
  const divisors = Array.from({ length: batch }, (_, index) => index + 1).filter((candidate) => batch % candidate === 0);
  const nearest = divisors.toSorted((left, right) => Math.abs(left - accumulate) - Math.abs(right - accumulate)).slice(0, 2);
  return [
    error(
      "accumulate-does-not-divide",
      path,
      `accumulate: ${accumulate} does not divide batch: ${batch}, but all micro-batches must have the same size. Use ${listed(nearest.map(String), "or")}.`,
      nearest.map(String),
    ),
  ];
}

/** The context must not be longer than the text. A token has at least one byte, so a text never has more tokens than bytes. */
function context(spec: Spec, use: Use, files: Files): Problem[] {
  const model = spec.models[use.pretrain.model];
  const corpus = spec.corpora[use.pretrain.corpus];
  if (!model || !corpus) return [];
  const bytes = bytesIn(corpus.files, files);
  // By document, chance could put the whole text into the training split.
  const max = corpus.split.by === "position" ? Math.floor(bytes * (1 - corpus.split.validation - corpus.split.test)) : bytes;
  if (bytes === 0 || model.context <= max) return [];
  return [
    error(
      "context-longer-than-corpus",
      use.varied.includes("corpus") ? use.at("corpus") : ["models", use.pretrain.model, "context"],
      `A context of ${model.context} tokens is longer than the text: the training split of ${use.pretrain.corpus} has at most ${max} bytes. Use a shorter context or more text.`,
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
  const max = Math.max(0, ...needed);
  const there = sentinelsOf(tokenizer, files);
  if (max <= there) return [];
  return [
    error(
      "too-few-sentinels",
      use.at(use.varied.includes("tokenizer") ? "tokenizer" : "objective"),
      `The objective ${objective} hides up to ${max} spans in a context of ${model.context} and needs a sentinel for each; the tokenizer ${tokenizerName} has ${there}. ` +
        `Set sentinels: ${max} in ${tokenizerName}, a longer mean_span, a lower rate or a shorter context.`,
    ),
  ];
}

/** The number of sentinels of a tokenizer; a file that cannot be read is reported elsewhere. */
function sentinelsOf(tokenizer: TokenizerSpec, files: Files): number {
  if (tokenizer.kind !== "existing") return tokenizer.sentinels;
  const read = readTokenizerFile(tokenizer, files);
  return "wrong" in read ? Number.POSITIVE_INFINITY : read.sentinels;
}

/** A budget in epochs needs an objective that reads the corpus, since an epoch is a pass over it. */
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
