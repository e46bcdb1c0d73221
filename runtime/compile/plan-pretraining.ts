import type { EncodeJob, PretrainJob, ResolvedModel, TokenizerJob } from "#runtime/contract/plan.ts";
import type { Budget } from "#runtime/contract/spec.ts";
import { expectedSequence } from "#runtime/objectives/expected-sequence.ts";
import { isTextObjective } from "#runtime/objectives/objective-table.ts";
import { withReading } from "#runtime/programs/reading.ts";
import { documentTokensOf, maxSteps, type Spender, stepsFor, warmupSteps, withPositionsRead } from "./budgets.ts";
import { declaredUse, type Use } from "./cells.ts";
import { expectedTokens, expectedVocabulary } from "./expected-vocabulary.ts";
import { pretrainContent } from "./fingerprint.ts";
import type { KnownCheckpoint } from "./known-checkpoints.ts";
import { beyondMemory } from "./memory-limit.ts";
import { planCorpus, planEncoding, planOwnTokenizer, planTokenizer, planTokenizerFile } from "./plan-preparation.ts";
import { type Planner, unplannable } from "./planner.ts";
import { leavesOf, resolveArchitecture, resolveModel, resolveObjective } from "./resolve.ts";
import { warning } from "./rules/rule.ts";

/** A pre-training whose settings are resolved, except steps and seed. */
export interface Setting extends Spender {
  use: Use;
  encoded: EncodeJob;
  tokenizer: TokenizerJob;
}

export function planPretraining(planner: Planner, name: string): PretrainJob | null {
  const { budget, seed } = planner.spec.pretrainings[name]!;
  const setting = settle(planner, declaredUse(planner.spec, name));
  if (!setting) return null;
  const steps = budgetSteps(planner, setting, budget);
  return steps === null ? null : addPretraining(planner, setting, { steps, seed, name });
}

/**
 * Resolves what a pre-training refers to. The vocabulary is that of the trained tokenizer; before it is trained, an estimate from its
 * declaration.
 */
export function settle(planner: Planner, use: Use): Setting | null {
  const { spec, files } = planner;
  const { pretrain } = use;
  const corpus = planCorpus(planner, pretrain.corpus, use.at("corpus"));
  const checkpoint = planner.checkpoints.get(pretrain.model);
  const tokenizer = tokenizerOf(planner, use, checkpoint);
  const model = spec.models[pretrain.model];
  const architecture = model && resolveArchitecture(spec, model, pretrain.objective);
  if (!model) unplannable(planner, "unresolved-reference", use.at("model"), unusable("model", pretrain.model));
  const noObjective = () => unplannable(planner, "unresolved-reference", use.at("objective"), unusable("objective", pretrain.objective));
  if (!leavesOf(spec, pretrain.objective)) return noObjective();
  if (!corpus || !tokenizer || !model || !architecture) return null;

  const encoded = planEncoding(planner, corpus, tokenizer);
  const result = planner.known(encoded);
  const declared = "tokenizer" in tokenizer ? tokenizer.tokenizer : null;
  if (!result && declared && declared.kind !== "bytes") planner.estimated.add(encoded.id);
  const vocabulary = () => {
    if ("file" in tokenizer) return tokenizer.vocabulary;
    return result?.vocabulary ?? expectedVocabulary(declared!, spec.corpora[declared!.trainOn]!, files);
  };
  const resolved = checkpoint?.model ?? resolveModel(model, architecture, vocabulary(), "file" in tokenizer ? tokenizer.pad : 0);
  const corpusTokens = result?.splits.train.tokens ?? expectedTokens(corpus.corpus, declared, files);
  const documentTokens = documentTokensOf(result?.splits.train);
  const objective = resolveObjective(spec, pretrain.objective, {
    taskOf: (key) => planner.taskOf(key).task,
    sizeOf(key, leaf) {
      const declared = spec.objectives[key];
      if (declared?.kind === "supervised") return planner.taskOf(declared.task).sizes.train;
      return isTextObjective(leaf) ? Math.ceil(corpusTokens / expectedSequence(leaf, resolved, documentTokens.documentTokens).stride) : 0;
    },
  });
  if (!objective) return noObjective();
  const trained = withReading(resolved, objective);
  const { batch, accumulate, optimizer, precision } = pretrain;
  const memoryOf = (size: { model: ResolvedModel; batch: number; accumulate: number }) =>
    planner.costs.pretrain({ optimizer, ...averageOf(pretrain), precision, objective, ...size }, 1).memoryBytes;
  const tooLarge = beyondMemory(
    { label: use.label, model: trained, batch, accumulate, optimizer, memoryOf, at: use.at("batch") },
    planner.memoryBytes,
  );
  if (tooLarge) {
    planner.problems.push(tooLarge);
    return null;
  }
  return withModel(planner, { use, encoded, tokenizer, objective, batch, corpusTokens, ...documentTokens }, trained);
}

/** The tokenizer of a pre-training: that of its checkpoint, unless a file replaces it. */
function tokenizerOf(planner: Planner, { pretrain, at }: Use, checkpoint: KnownCheckpoint | undefined): TokenizerJob | null {
  if (!checkpoint) return planTokenizer(planner, pretrain.tokenizer ?? "", at("tokenizer"));
  const declared = planner.spec.tokenizers[pretrain.tokenizer ?? ""];
  if (declared?.kind === "existing") return planTokenizerFile(planner, pretrain.tokenizer!, declared, { adds: false });
  return planOwnTokenizer(planner, pretrain.model, checkpoint.files);
}

/** The setting with this model, which has the same vocabulary. */
export function withModel(planner: Planner, setting: Omit<Setting, "model" | "costOver">, model: ResolvedModel): Setting {
  const { objective } = setting;
  const { batch, accumulate, optimizer, precision } = setting.use.pretrain;
  const size = { model, objective, batch, accumulate, optimizer, ...averageOf(setting.use.pretrain), precision };
  const costOver = (steps: number) => withPositionsRead(planner.costs.pretrain(size, steps), { ...setting, model }, steps);
  return { ...setting, model, costOver };
}

/** The number of steps for a budget; null, after a problem, if it exceeds the maximum. */
export function budgetSteps(planner: Planner, setting: Setting, budget: Budget): number | null {
  if (budget.unit === "epochs" && !planner.known(setting.encoded)) planner.estimated.add(setting.encoded.id);
  return withinMeasure(planner, setting, stepsFor(budget, setting));
}

/** The number of steps; null, after a problem, if it exceeds the maximum. */
export function withinMeasure(planner: Planner, { use }: Setting, steps: number): number | null {
  if (steps <= maxSteps) return steps;
  return unplannable(
    planner,
    "budget-too-large",
    use.at("budget"),
    `The budget of ${use.label} is more than ${maxSteps.toLocaleString("en")} steps. Give less, or check its unit.`,
  );
}

/** @param run `keep`: steps after which the weights are kept */
export function addPretraining(
  planner: Planner,
  setting: Setting,
  run: { steps: number; seed: number; name: string; keep?: readonly number[] },
): PretrainJob {
  const { use, encoded, tokenizer, model, objective } = setting;
  const { batch, accumulate, optimizer, precision, evaluate, save, labelSmoothing, zLoss } = use.pretrain;
  const tokenLoss = { ...(labelSmoothing === undefined ? {} : { labelSmoothing }), ...(zLoss === undefined ? {} : { zLoss }) };
  const { steps, seed, name } = run;
  const warmup = warmupSteps(optimizer, steps);
  if (warmup >= steps && warmup > 0) planner.problems.push(endlessWarmup(use, warmup, steps));
  const computed = {
    model,
    objective,
    steps,
    warmupSteps: warmup,
    batch,
    accumulate,
    optimizer,
    ...tokenLoss,
    ...averageOf(use.pretrain),
    precision,
    seed,
  };
  const job = planner.graph.add("pretrain", pretrainContent(computed, encoded.fingerprint), {
    name,
    after: [encoded.id, tokenizer.id],
    ...computed,
    encoded: encoded.id,
    tokenizer: tokenizer.id,
    evaluateEvery: evaluate ?? Math.ceil(steps / 10),
    save,
    cost: setting.costOver(steps),
  });
  // another declaration may have added the same job, with other weights to keep
  const kept = [...new Set([...(job.keep ?? []), ...(run.keep ?? [])])].sort((a, b) => a - b);
  if (kept.length > 0) job.keep = kept;
  return job;
}

function averageOf({ ema }: Pick<PretrainJob, "ema">): Pick<PretrainJob, "ema"> {
  return ema === undefined ? {} : { ema };
}

function endlessWarmup(use: Use, warmup: number, steps: number) {
  return warning(
    "warmup-too-long",
    [...use.at("optimizer"), "warmup"],
    `The warm-up of ${use.label} has ${warmup} steps and its training only ${steps}, so the learning rate never decays. Use a share, for example warmup: 5%.`,
  );
}

function unusable(kind: string, name: string): string {
  return `The ${kind} ${name} cannot be used. See the problem at its declaration.`;
}
