import { wholePercent } from "./describe-learning.ts";
import type { LearningPoint, LossKind, PartLoss, UnlearnedPart } from "./learning-point.ts";
import type { PretrainJob, ResolvedObjective } from "./plan.ts";

/** A part of an objective that a model did not learn. */
export interface Unlearned extends UnlearnedPart {
  /** Whether this is what the objective, or its part, is for: ELECTRA's discriminator, the tokens beside pairs of sentences. */
  decides: boolean;
}

type Cause = Unlearned["cause"];

/** What the advice depends on. */
export interface Trained {
  learningRate: number;
  /** The usual one for so many weights; undefined for an optimiser for which there is no rule. */
  usualRate: number | undefined;
  hidden: number;
  /** Shares of the width that generators have, by part; the key of an objective without parts is empty. */
  generators: Readonly<Record<string, number>>;
}

export function trainedBy({ optimizer, model, objective, cost }: Pick<PretrainJob, "optimizer" | "model" | "objective" | "cost">): Trained {
  return {
    learningRate: optimizer.learningRate,
    usualRate: optimizer.kind === "adamw" ? usualRate(cost.parameters - cost.embeddings) : undefined,
    hidden: model.hidden,
    generators: Object.fromEntries(generatorsIn(objective, "")),
  };
}

/** The usual learning rate of Adam for so many weights without embeddings (Kaplan et al. 2020, equation D.1). */
export function usualRate(parameters: number): number {
  return 0.003239 - 0.0001395 * Math.log(Math.max(1, parameters));
}

function generatorsIn(objective: ResolvedObjective, name: string): [string, number][] {
  if (objective.kind === "replaced_token") return [[name, objective.generator]];
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [];
  return objective.parts.flatMap((part) => generatorsIn(part.objective, name === "" ? part.name : `${name}/${part.name}`));
}

/** A part is judged after so much of its own steps. */
const earliest = 0.3;
/** Less than this share of the way from guessing to zero is no better than guessing, whatever the error. */
const least = 0.02;
/** Standard errors between a loss and that of guessing. */
const errors = 3;
/** Where so little is learned, a part stands still if this share of guessing is all that it gained since the first tenth. */
const [little, still] = [0.1, 0.01];
/** States of texts that are the same: higher cosine, and lower effective rank. */
const [sameCosine, sameRank] = [0.99, 1.5];

/**
 * What a model has not learned so far, by its points in ascending order: a table of causes, the first that applies to each part. Empty while
 * it is too early to say.
 */
export function unlearned(points: readonly LearningPoint[], trained: Trained): Unlearned[] {
  const last = points.at(-1);
  if (!last) return [];
  return last.parts.flatMap((part) => {
    const course = points.flatMap((point) => {
      const same = point.parts.find((each) => each.part === part.part && each.of === part.of);
      return same ? [{ ...same, point }] : [];
    });
    // later parts of a sequence may undo what an earlier one taught
    const judged = course.find((each) => each.trained >= 1) ?? course.at(-1)!;
    if (judged.trained < earliest) return [];
    const isPurpose = isPurposeOf(part, last.parts);
    const found = lossCause(judged, course) ?? (isPurpose ? collapseIn(judged) : undefined);
    if (!found) return [];
    // a loss that is far better than guessing was learned without what differs between texts
    const decides = isPurpose && (found.cause !== "collapse" || (judged.learned ?? 0) < little);
    const named = part.part === undefined ? {} : { part: part.part };
    return [{ ...named, of: part.of, ...found, advice: adviceOn(found.cause, judged, trained), decides }];
  });
}

/** Whether a model learned nothing that its objective is for: of a mixture, none of its parts. */
export function learnedNothing(points: readonly LearningPoint[], trained: Trained): boolean {
  const parts = points.at(-1)?.parts ?? [];
  const purposes = parts.filter((part) => isPurposeOf(part, parts));
  return purposes.length > 0 && unlearned(points, trained).filter(({ decides }) => decides).length === purposes.length;
}

type Judged = PartLoss & { point: LearningPoint };

function lossCause(judged: Judged, course: readonly Judged[]): Pick<Unlearned, "cause" | "text"> | undefined {
  const { loss, guess, learned, standard_error } = judged;
  const after = afterShare(judged.trained);
  if (loss === null) return { cause: "not finite", text: `the validation loss is not a finite number${after}` };
  // the base rate is that of one class alone
  if (learned === null) return undefined;
  const error = standard_error ?? 0;
  const gained = guess.constant - loss;
  if (gained < -errors * error && learned < -least)
    return { cause: "worse than guessing", text: `worse than ${guessing(judged.of)}${after}` };
  if (learned < least || gained < errors * error)
    return { cause: "not better than guessing", text: `no better than ${guessing(judged.of)}${after}` };
  const early = course.find((each) => each.trained >= 0.1);
  const since = early?.loss === undefined || early.loss === null || early === judged ? Infinity : (early.loss - loss) / guess.constant;
  if (judged.trained >= 0.5 && learned < little && since < still)
    return {
      cause: "stands still",
      text: `hardly better since the first tenth${after}: ${wholePercent(learned)} of the way from ${guessing(judged.of)} to zero`,
    };
  return undefined;
}

function collapseIn({ trained, point: { states } }: Judged): Pick<Unlearned, "cause" | "text"> | undefined {
  if (!states || states.cosine <= sameCosine || states.effective_rank >= sameRank) return undefined;
  return {
    cause: "collapse",
    text: `the states of all texts are the same (mean cosine ${states.cosine.toFixed(3)})${afterShare(trained)}`,
  };
}

function afterShare(trained: number): string {
  return trained >= 1 ? "" : ` after ${wholePercent(trained)}`;
}

/** What a loss is compared with. */
export function guessing(of: LossKind): string {
  if (of === "contrast") return "guessing";
  return of === "tokens" || of === "generator" ? "guessing unigrams" : "guessing the base rate";
}

/** Beside pairs, the predicted tokens are what a part is for; ELECTRA's generator serves its discriminator. */
function isPurposeOf({ part, of }: PartLoss, parts: readonly PartLoss[]): boolean {
  if (of === "pairs") return !parts.some((each) => each.part === part && each.of === "tokens");
  return of !== "generator";
}

/** Rates that are so many times the usual one, or less than one in so many, are far from it. */
const far = 10;
/** Weights that moved by a smaller share of their norm have hardly moved. */
const hardlyMoved = 0.02;

function adviceOn(cause: Cause, { of, part, point }: Judged, { learningRate, usualRate, hidden, generators }: Trained): string {
  const usual = usualRate === undefined ? "" : `, the usual one for so many weights is about ${Number(usualRate.toPrecision(1))}`;
  if (usualRate !== undefined && learningRate > far * usualRate) return `lower learning_rate: it is ${learningRate}${usual}`;
  if (cause === "not finite") return `lower learning_rate, lengthen warmup, or set clip: it is ${learningRate}${usual}`;
  if (point.moved !== null && point.moved < hardlyMoved)
    return `raise learning_rate: the weights have hardly moved (by ${wholePercent(point.moved)}) at ${learningRate}${usual}`;
  if (usualRate !== undefined && learningRate < usualRate / far) return `raise learning_rate: it is ${learningRate}${usual}`;
  if (of === "discriminator" || of === "generator") {
    const share = generators[part ?? ""];
    const generator = point.parts.find((each) => each.part === part && each.of === "generator");
    if (share !== undefined && (generator?.learned ?? 0) < little)
      return `give the generator more width or steps: it is ${Math.max(1, Math.round(hidden * share))} wide and itself learned ${wholePercent(Math.max(0, generator?.learned ?? 0))}`;
    return "train for more steps, or change generator: between 25% and 50% of the model is usual";
  }
  if (of === "pairs") return "train for more steps, on a corpus whose documents have several sentences in their order";
  if (of === "contrast") return "train with a larger batch, or lower temperature";
  return cause === "collapse" ? "lower learning_rate, or lengthen warmup" : "train for more steps, or try other learning rates with search";
}
