import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { PretrainJob, ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { vocabularyTokens } from "#runtime/tokenizers/vocabulary.ts";

/** The sizes that are measured. They are the same in every version, so that results can be compared. */
const sizes = {
  /** 0.1M parameters as a decoder. */
  tiny: { layers: 2, hidden: 64, heads: 2, context: 32, vocabulary: 128, batch: 8 },
  /** 0.9M. */
  small: { layers: 4, hidden: 128, heads: 4, context: 64, vocabulary: 1024, batch: 16 },
  /** 5.3M. */
  medium: { layers: 4, hidden: 256, heads: 4, context: 128, vocabulary: 8192, batch: 16 },
} as const;

const objectives = {
  causal: { architecture: "decoder", objective: { kind: "causal" } },
  masked: { architecture: "encoder", objective: { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } },
  span_corruption: { architecture: "encoder-decoder", objective: { kind: "span_corruption", rate: 0.15, meanSpan: 3 } },
} as const satisfies Record<string, { architecture: ResolvedModel["architecture"]; objective: ResolvedObjective }>;

/** The settings of the models other than their sizes: the catalogue's defaults, without dropout. */
export const benchChoices = {
  position: "learned",
  norm: "layer",
  placement: "pre",
  activation: "gelu",
  tiedEmbeddings: true,
  biases: true,
  dropout: 0,
} as const satisfies Partial<ResolvedModel>;

/** AdamW with the catalogue's defaults, with a constant learning rate. */
export const benchOptimizer: Extract<OptimizerSpec, { kind: "adamw" }> = {
  kind: "adamw",
  learningRate: 1e-3,
  finalLearningRate: 0,
  warmup: { unit: "steps", value: 0 },
  schedule: "constant",
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-6,
  weightDecay: 0.01,
  clip: 1,
};

export type BenchSize = keyof typeof sizes;
export type BenchObjective = keyof typeof objectives;
export const benchSizes = Object.keys(sizes) as BenchSize[];
export const benchObjectives = Object.keys(objectives) as BenchObjective[];

/** A pre-training job with unlimited steps, on jobs named `encode` and `tokenizer`. */
export function benchJob(size: BenchSize, name: BenchObjective): PretrainJob {
  const { batch, ...shape } = sizes[size];
  const { architecture, objective } = objectives[name];
  return {
    id: "bench",
    kind: "pretrain",
    name: "bench",
    after: ["encode", "tokenizer"],
    fingerprint: "",
    model: completeTokenModel({ ...shape, ...benchChoices, architecture, feedForward: 4 * shape.hidden }),
    objective,
    encoded: "encode",
    tokenizer: "tokenizer",
    steps: 1_000_000,
    warmupSteps: 0,
    batch,
    accumulate: 1,
    precision: "float32",
    optimizer: benchOptimizer,
    seed: 1,
    evaluateEvery: 1_000_000,
    save: { every: null, keep: 1 },
    cost: { parameters: 0, embeddings: 0, tokensPerStep: 0, flopsPerStep: 0, memoryBytes: 0 },
  };
}

/** The tokens of the vocabulary: special tokens, words w0, w1, …, sentinels. */
export function benchTokens(size: BenchSize): string[] {
  const { vocabulary } = sizes[size];
  const sentinels = Math.min(100, vocabulary / 8);
  const special = vocabularyTokens([], 0).length;
  return vocabularyTokens(
    Array.from({ length: vocabulary - sentinels - special }, (_, i) => `w${i}`),
    sentinels,
  );
}
