import { nameOfLoss } from "#runtime/contract/describe-learning.ts";
import type { PartLoss } from "#runtime/contract/learning-point.ts";
import type { CurveRun } from "../page-messages.ts";

/* What runs learned of each loss that their objectives consist of, and what guessing loses: the numbers of charts. */

/** One loss of a run over its validations. */
export interface LearnedCourse {
  run: CurveRun;
  /** The run's label, with the loss' name where the run has several. */
  name: string;
  points: { step: number; learned: number }[];
}

export function learnedCourses(runs: readonly CurveRun[]): LearnedCourse[] {
  return runs.flatMap((run) => {
    const parts = run.learned.at(-1)?.parts ?? [];
    return parts.map((part) => ({
      run,
      name: parts.length === 1 ? run.label : `${run.label}: ${nameOfLoss(part)}`,
      points: run.learned.flatMap(({ step, parts: then }) => {
        const learned = then.find((each) => isSame(each, part))?.learned;
        return learned === undefined || learned === null ? [] : [{ step, learned }];
      }),
    }));
  });
}

/** A horizontal line in the chart of losses. */
export interface GuessLine {
  value: number;
  label: string;
}

/** More lines than this would hide the curves. */
const mostLines = 6;

/** What guessing loses, where a run's training loss is one loss; each value once. */
export function guessLines(runs: readonly CurveRun[]): GuessLine[] {
  const lines = runs.flatMap(({ learned }) => {
    const parts = learned.at(-1)?.parts ?? [];
    return parts.filter((part) => parts.every((other) => other === part || other.part !== part.part)).flatMap(linesOf);
  });
  const once = lines.filter((line, at) => lines.findIndex((other) => other.label === line.label) === at);
  return once.length > mostLines ? [] : once;
}

function linesOf({ part, of, guess }: PartLoss): GuessLine[] {
  const line = (name: string, value: number) => ({ value, label: `${part === undefined ? "" : `${part}: `}${name} ${value.toFixed(2)}` });
  if (of === "contrast") return [line("guessing", guess.constant)];
  return [line("unigram", guess.constant), ...(guess.bigram === undefined ? [] : [line("bigram", guess.bigram)])];
}

function isSame(left: PartLoss, right: PartLoss): boolean {
  return left.part === right.part && left.of === right.of;
}
