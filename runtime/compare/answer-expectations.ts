import type { ComparisonResult, Verdict } from "#runtime/contract/artifacts.ts";
import { describeDifference } from "#runtime/contract/describe-results.ts";
import type { Expectation } from "#runtime/contract/spec.ts";
import { isFound } from "#runtime/contract/verdict-rules.ts";
import type { Arm, Runs } from "./arms.ts";
import { type UnlearnedCell, whyUnlearned } from "./unlearned.ts";
import type { Unjudged } from "./verdicts.ts";

type Answered = ComparisonResult["expectations"][number];

/** An expectation as it is written in a file. */
export function expectationText({ left, operator, right, task, metric }: Expectation): string {
  return `${left} ${operator} ${right} on ${task}.${metric}`;
}

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
  const { left, operator, right, task, metric } = expectation;
  const text = expectationText(expectation);
  const [notLearned] = [left, right].flatMap((cell) => whyUnlearned(cell, unlearned) ?? []);
  if (notLearned !== undefined) return { text, answer: "undecided", reason: notLearned };
  const verdict = asSeenFrom(expectation, pairOf(expectation, verdicts, arms), arms);
  if (!verdict) {
    const why = pairOf(expectation, unjudged, arms)?.why;
    const reason = `there is no verdict between ${left} and ${right} on ${task}.${metric}${why === undefined ? "" : `: ${why}`}`;
    return { text, answer: "undecided", reason };
  }
  return { text, answer: answerOf(operator, verdict.verdict), reason: reasonOf(operator, verdict) };
}

function answerOf(operator: Expectation["operator"], verdict: Verdict["verdict"]): "confirmed" | "refuted" | "undecided" {
  // failing to find a difference does not show that there is none
  if (!isFound({ verdict })) return "undecided";
  if (operator === "=") return "refuted";
  // `>` means "better than", whether higher or lower scores are better
  return (verdict === "better") === (operator === ">") ? "confirmed" : "refuted";
}

function reasonOf(operator: Expectation["operator"], verdict: Verdict): string {
  const words = describeDifference(verdict);
  if (operator === "=" && verdict.verdict === "no difference found") return `${words}; that does not show equality`;
  return words;
}

/** The item about a pair, in either order of its two sides. */
function pairOf<T extends Pick<Verdict, "left" | "right" | "task" | "metric">>(
  { left, right, task, metric }: Expectation,
  said: readonly T[],
  arms: readonly Arm[],
): T | undefined {
  const lefts = namesOf(left, right, arms);
  const rights = namesOf(right, left, arms);
  const ofScore = said.filter((each) => each.task === task && each.metric === metric);
  return (
    ofScore.find((each) => lefts.includes(each.left) && rights.includes(each.right)) ??
    ofScore.find((each) => rights.includes(each.left) && lefts.includes(each.right))
  );
}

/** The verdict from the perspective of the expectation's left side. */
function asSeenFrom({ left, right }: Expectation, verdict: Verdict | undefined, arms: readonly Arm[]): Verdict | undefined {
  return verdict && (namesOf(left, right, arms).includes(verdict.left) ? verdict : turn(verdict));
}

/** The arms that a name means. `scratch` compared with a cell means the scratch baseline of that cell's architecture. */
function namesOf(name: string, beside: string, arms: readonly Arm[]): string[] {
  if (name !== "scratch") return [name];
  return arms.filter((arm) => arm.kind === "scratch" && arm.of.includes(beside)).map((arm) => arm.name);
}

/** The verdict with left and right exchanged. */
function turn(verdict: Verdict): Verdict {
  const opposite = { better: "worse", worse: "better" } as const;
  return {
    ...verdict,
    left: verdict.right,
    right: verdict.left,
    difference: -verdict.difference,
    low: verdict.high === null ? null : -verdict.high,
    high: verdict.low === null ? null : -verdict.low,
    verdict: verdict.verdict === "better" || verdict.verdict === "worse" ? opposite[verdict.verdict] : verdict.verdict,
  };
}
