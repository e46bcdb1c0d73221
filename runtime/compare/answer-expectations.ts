import type { ComparisonResult, Verdict } from "#runtime/contract/artifacts.ts";
import { describeDifference } from "#runtime/contract/describe-results.ts";
import { expectationText } from "#runtime/contract/expectation-text.ts";
import type { Expectation } from "#runtime/contract/spec.ts";
import { isFound, seenFromRight } from "#runtime/contract/verdict-rules.ts";
import type { Arm, Runs } from "./arms.ts";
import { sideOf } from "./expected-pairs.ts";
import { type UnlearnedCell, whyUnlearned } from "./unlearned.ts";
import type { Unjudged } from "./verdicts.ts";

type Answered = ComparisonResult["expectations"][number];

/** When an expectation was first recorded, and whether a test split had been read before. */
export function whenExpected(
  expectation: Expectation,
  comparison: string,
  runs: Runs,
  testRead: string | null,
): Pick<Answered, "recorded" | "before_test"> {
  const text = expectationText(expectation);
  const found = runs.hypotheses().find((each) => each.comparison === comparison && each.text === text);
  return { recorded: found?.time ?? null, before_test: found ? testRead === null || found.time < testRead : null };
}

/** Answers an expectation from the verdicts, never from the means alone. None says anything about a cell that did not learn. */
export function answerExpectation(
  expectation: Expectation,
  { verdicts, unjudged, unlearned }: { verdicts: readonly Verdict[]; unjudged: readonly Unjudged[]; unlearned: readonly UnlearnedCell[] },
  arms: readonly Arm[],
): Pick<Answered, "text" | "answer" | "reason"> {
  const { left, operator, right, task, metric, margin } = expectation;
  const text = expectationText(expectation);
  const [notLearned] = [left, right].flatMap((cell) => whyUnlearned(cell, unlearned) ?? []);
  if (notLearned !== undefined) return { text, answer: "undecided", reason: notLearned };
  const found = pairOf(
    expectation,
    verdicts.filter((each) => each.margin === margin),
    arms,
  );
  if (!found) {
    const why = pairOf(expectation, unjudged, arms)?.item.why;
    const reason = `there is no verdict between ${left} and ${right} on ${task}.${metric}${why === undefined ? "" : `: ${why}`}`;
    return { text, answer: "undecided", reason };
  }
  const verdict = found.side === 1 ? found.item : turn(found.item);
  return { text, answer: answerOf(operator, verdict.verdict), reason: reasonOf(operator, verdict) };
}

function answerOf(operator: Expectation["operator"], verdict: Verdict["verdict"]): "confirmed" | "refuted" | "undecided" {
  if (verdict === "equal") return "confirmed";
  // failing to find a difference does not show that there is none
  if (!isFound({ verdict })) return "undecided";
  if (operator === "=") return "refuted";
  // `>` means "better than", whether higher or lower scores are better
  return (verdict === "better") === (operator === ">") ? "confirmed" : "refuted";
}

function reasonOf(operator: Expectation["operator"], verdict: Verdict): string {
  const words = describeDifference(verdict);
  if (operator === "=" && verdict.verdict === "no difference found")
    return `${words}; that does not show equality: write the largest difference that counts as equal, for example within 1`;
  return words;
}

/** The item about a pair, with the order of its two sides: 1 if it is that of the expectation. */
function pairOf<T extends Pick<Verdict, "left" | "right" | "task" | "metric">>(
  expectation: Expectation,
  said: readonly T[],
  arms: readonly Arm[],
): { item: T; side: 1 | -1 } | undefined {
  return said.flatMap((item) => {
    const side = sideOf(expectation, item.left, item.right, arms);
    return side !== undefined && item.task === expectation.task && item.metric === expectation.metric ? [{ item, side }] : [];
  })[0];
}

/** The verdict with left and right exchanged. */
function turn(verdict: Verdict): Verdict {
  return {
    ...verdict,
    left: verdict.right,
    right: verdict.left,
    difference: -verdict.difference,
    low: negative(verdict.high),
    high: negative(verdict.low),
    low_95: negative(verdict.high_95),
    high_95: negative(verdict.low_95),
    verdict: seenFromRight(verdict.verdict),
  };
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}
