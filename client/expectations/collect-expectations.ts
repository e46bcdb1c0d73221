import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { describeExpectation } from "#runtime/contract/describe-results.ts";
import type { Outline, OutlineDeclaration, Range } from "#server/protocol.ts";
import type { WatchedStore } from "../runs/model.ts";
import { statusOf } from "../status/status.ts";

/** A comparison with expectations, as shown in the Test Explorer. */
export interface TestedComparison {
  /** Name of the declaration. */
  name: string;
  range: Range;
  tests: ExpectationTest[];
  /** Number of errors in its text or plan; with any, it cannot run. */
  errors: number;
  /** The run that answered the expectations, and when it ended. */
  run?: { id: string; ended: number };
}

/** One expectation as a test. */
export interface ExpectationTest {
  /** The expectation as written in the file. */
  text: string;
  range: Range;
  /** Absent while the present text has no result. */
  answer?: ExpectationAnswer;
}

export interface ExpectationAnswer {
  state: ComparisonResult["expectations"][number]["answer"];
  /** The expectation and its answer, worded as in `pretrain results`. */
  message: string;
}

/** The comparisons of a file with expectations, answered if there is a result of the present text. */
export function testedComparisons(outline: Outline, file: string, store: WatchedStore, now: number): TestedComparison[] {
  return outline.declarations.flatMap((declaration) => {
    const { name, range, expectations = [] } = declaration;
    if (expectations.length === 0) return [];
    const status = statusOf(declaration, file, store, now);
    const run = status.state === "done" ? status.run : undefined;
    const answers = answersOf(run?.comparison, declaration);
    const tests = expectations.map((each, index) => {
      const found = answers(each.text, index);
      // a comparison renamed since has the same result
      return found ? { ...each, answer: { state: found.answer, message: describeExpectation({ ...found, text: each.text }) } } : each;
    });
    // an expectation written twice is one test
    const once = [...new Map(tests.map((test) => [test.text, test])).values()];
    return [
      {
        name,
        range,
        tests: once,
        errors: outline.stale ? Math.max(1, declaration.errors) : declaration.errors,
        ...(run?.comparison ? { run: { id: run.id, ended: run.ended ?? now } } : {}),
      },
    ];
  });
}

/**
 * Matches answers to expectations. A run is found regardless of names; if names have changed, answers are matched by order, unless the text
 * is broken now.
 */
function answersOf(comparison: ComparisonResult | undefined, { plan, expectations }: OutlineDeclaration) {
  const answered = comparison?.expectations ?? [];
  const inOrder = plan?.stale === false && answered.length === expectations?.length;
  return (text: string, index: number) => answered.find((each) => each.text === text) ?? (inOrder ? answered[index] : undefined);
}
