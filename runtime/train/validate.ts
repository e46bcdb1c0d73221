import type { Score } from "#runtime/contract/artifacts.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { valued } from "#runtime/metrics/metric-table.ts";
import { partSchedule } from "#runtime/objectives/part-schedule.ts";
import { finalEvaluationTokens, ownLoss, runningEvaluationTokens, scoreTextObjective, type TextEvaluation } from "./evaluate-text.ts";
import { mainPart } from "./pretrain-steps.ts";
import type { Counters } from "./training-progress.ts";
import type { Validated, Watch, WatchedPart } from "./watch-learning.ts";

/** What a pre-training is on text that it is not trained on. Empty scores and no point where there is none. */
export interface Validation {
  /** On a part of the validation split, after a step. */
  running(step: number, counters: Counters): Promise<Validity>;
  /** After the last step: all scores. */
  final(counters: Counters): Promise<Validity>;
}

interface Validity {
  scores: Score[];
  point?: LearningPoint;
}

export interface ValidationOptions {
  job: PretrainJob;
  evaluation: TextEvaluation;
  texts: readonly WatchedPart[];
  watch: Watch;
}

export function openValidation({ job, evaluation, texts, watch }: ValidationOptions): Validation {
  const schedule = partSchedule(job.objective, job.steps);
  const there = texts.length > 0 && evaluation.encoded.splits.validation.tokens > 0;
  const validated = async (step: number, limitOf: (text: WatchedPart) => number): Promise<Validated[]> => {
    const all: Validated[] = [];
    const done = schedule.doneAfter(step);
    for (const text of there ? texts : []) {
      const own = await ownLoss(evaluation, text, "validation", limitOf(text));
      if (own.n > 0) all.push({ text, own, trained: done[text.index]! / text.steps });
    }
    return all;
  };
  const pointOf = async (step: number, { gradientNorm }: Counters, all: Validated[]): Promise<Pick<Validity, "point">> =>
    all.length === 0 ? {} : { point: await watch.point({ step, gradientNorm, validated: all }) };
  return {
    async running(step, counters) {
      const all = await validated(step, () => runningEvaluationTokens);
      return { scores: meanLoss(all), ...(await pointOf(step, counters, all)) };
    },
    async final(counters) {
      const main = mainPart(texts);
      if (!main) return { scores: [] };
      const all = await validated(job.steps, (text) => (text === main ? finalEvaluationTokens : runningEvaluationTokens));
      const own = all.find(({ text }) => text === main)?.own;
      return {
        scores: [...(own ? await scoreTextObjective(evaluation, main, "validation", own) : []), ...(await testScores(evaluation, main))],
        ...(await pointOf(job.steps, counters, all)),
      };
    },
  };
}

/** The parts' losses, weighted by their steps. */
function meanLoss(validated: readonly Validated[]): Score[] {
  const sum = (of: (each: Validated) => number) => validated.reduce((total, each) => total + of(each), 0);
  const steps = sum(({ text }) => text.steps);
  if (steps === 0) return [];
  const loss = sum(({ text, own }) => own.loss * text.steps) / steps;
  return [{ ...valued("loss", null, () => loss), split: "validation", n: sum(({ own }) => own.n) }];
}

async function testScores(evaluation: TextEvaluation, main: WatchedPart): Promise<Score[]> {
  if (evaluation.encoded.splits.test.tokens === 0) return [];
  const own = await ownLoss(evaluation, main, "test", finalEvaluationTokens);
  return own.n === 0 ? [] : scoreTextObjective(evaluation, main, "test", own);
}
