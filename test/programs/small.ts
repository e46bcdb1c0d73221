import { benchChoices, benchOptimizer } from "#runtime/bench/bench-sizes.ts";
import { completeTokenModel, type TokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { initialValues } from "#runtime/models/parameters.ts";
import { exampleOf, layoutOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { pretrainingParameters } from "#runtime/programs/parts.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import { random } from "#runtime/random/random.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import type { Values } from "#runtime/train/trainer.ts";
import { testVocabulary } from "../objectives/vocabulary.ts";

export const optimizer = { ...benchOptimizer, weightDecay: 0.1 };

/** The other optimisers, and settings of theirs. */
export const otherOptimizers = {
  muon: { ...optimizer, kind: "muon", momentum: 0.95, nesterov: true },
  lion: { ...optimizer, kind: "lion" },
  adafactor: {
    ...optimizer,
    kind: "adafactor",
    relativeStep: false,
    warmupInit: false,
    scaleParameter: true,
    clipThreshold: 1,
    decayRate: 0.8,
    beta1: 0.9,
    epsilon1: 1e-30,
    epsilon2: 1e-3,
  },
} as const satisfies { [K in Exclude<OptimizerSpec["kind"], "adamw">]: OptimizerSpec };

export const vocabulary = testVocabulary({
  ordinary: 35,
  sentinels: 8,
  wordStarts: (token) => token % 2 === 0,
  endsSentence: (token) => token % 9 === 0,
});

export function smallModel(over: Partial<TokenModel> = {}): ResolvedModel {
  return completeTokenModel({
    architecture: "decoder",
    layers: 2,
    hidden: 16,
    heads: 2,
    feedForward: 32,
    context: 16,
    ...benchChoices,
    vocabulary: vocabulary.size,
    ...over,
  });
}

export function textPart(model: ResolvedModel, objective: TextObjectiveSettings): Extract<Part, { kind: "text" }> {
  return { kind: "text", name: "0", layout: layoutOf(objective, model) };
}

export function settingsOf(model: ResolvedModel, part: Part, batch: number, over: Partial<TrainingSettings> = {}): TrainingSettings {
  const trained = pretrainingParameters(model, [part]);
  return { model, parts: [part], batch, accumulates: false, optimizer, dropout: model.dropout, trained, frozen: [], ...over };
}

/** The weights that a run with this seed starts from, ten times as large: far from a uniform output, so that errors show. */
export function startingValues(settings: TrainingSettings): Values {
  return Object.fromEntries(
    [...settings.trained, ...settings.frozen].map((parameter) => {
      const values = initialValues(parameter, 7);
      const isEnlarged = "normal" in parameter.initial && !parameter.name.startsWith("lora.");
      return [parameter.name, isEnlarged ? values.map((value) => value * 10) : values];
    }),
  );
}

/**
 * Windows of random documents, two in each, cut into micro-batches of `batch` sequences. `follows`: what follows a token
 * three times out of four.
 */
export function textStep(
  objective: TextObjectiveSettings,
  part: Extract<Part, { kind: "text" }>,
  { step, batch, micro = 1, follows }: { step: number; batch: number; micro?: number; follows?(before: number): number },
) {
  return toStep(
    Array.from({ length: micro }, (_, i) => {
      const examples = Array.from({ length: batch }, (_, b) => {
        const from = random("text", step, i * batch + b);
        const word = () => vocabulary.firstOrdinary + from.below(vocabulary.firstSentinel - vocabulary.firstOrdinary);
        const cut = Math.floor(part.layout.window / 2);
        const window: number[] = [];
        for (let at = 0; at < part.layout.window; at++) {
          const before = window.at(-1) ?? vocabulary.begin;
          const ordinary = () => (follows && from.below(4) > 0 ? follows(before) : word());
          window.push(at === cut - 1 ? vocabulary.end : at === cut ? vocabulary.begin : ordinary());
        }
        return exampleOf(objective, window, part.layout, vocabulary, from, [vocabulary.begin, word(), word(), word()]);
      });
      return assembleBatch(examples, part.layout, vocabulary);
    }),
  );
}

export const objectives = {
  causal: { kind: "causal" },
  prefix: { kind: "prefix" },
  masked: { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false },
  mntp: { kind: "mntp", rate: 0.3 },
  span_corruption: { kind: "span_corruption", rate: 0.3, meanSpan: 3 },
  denoising: { kind: "denoising", infill: 0.3, delete: 0.1, mask: 0.1, permuteSentences: true, rotate: true },
  next_sentence: { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: true, sentences: "next" },
  contrastive: { kind: "contrastive", views: "dropout", temperature: 1, pool: "mean" },
  replaced_token: { kind: "replaced_token", rate: 0.3, generator: 0.5, weight: 50 },
  neighbours: { kind: "contrastive", views: "neighbours", temperature: 0.1, pool: "last" },
} as const satisfies Record<string, TextObjectiveSettings>;
