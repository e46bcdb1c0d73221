import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { describeExpectation } from "#runtime/contract/words.ts";
import type { Outline, OutlineDeclaration, Range } from "#server/protocol.ts";
import type { Store } from "../runs/model.ts";
import { statusOf } from "../status/status.ts";

/** A comparison that expects something, as the Test Explorer shows it. */
export interface TestedComparison {
  /** The declaration. */
  name: string;
  range: Range;
  tests: ExpectationTest[];
  /** In its text or its plan: with any it cannot run. */
  errors: number;
  /** Of what is answered: the run that answered it, and when it ended. */
  run?: { id: string; ended: number };
}

/** One expectation as a test. */
export interface ExpectationTest {
  /** As it stands in the text. */
  text: string;
  range: Range;
  /** Absent while the present text has no result. */
  answer?: ExpectationAnswer;
}

export interface ExpectationAnswer {
  state: ComparisonResult["expectations"][number]["answer"];
  /** The expectation with its answer, in the words of `pretrain results`. */
  message: string;
}

/** What a file expects of its comparisons, answered where their results are those of the present text. */
export function testedComparisons(outline: Outline, file: string, store: Store, now: number): TestedComparison[] {
  return outline.declarations.flatMap((declaration) => {
    const { name, range, expectations = [] } = declaration;
    if (expectations.length === 0) return [];
    const status = statusOf(declaration, file, store, now);
    const run = status.state === "done" ? status.run : undefined;
    const answers = answersOf(run?.comparison, declaration);
    const tests = expectations.map((each, index) => {
      const found = answers(each.text, index);
      // what was renamed since has the same result
      return found ? { ...each, answer: { state: found.answer, message: describeExpectation({ ...found, text: each.text }) } } : each;
    });
    // what stands there twice is one test
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

/** A comparison's run is that of the text, names aside: its expectations stand in the text's order, unless the text is broken now. */
function answersOf(comparison: ComparisonResult | undefined, { plan, expectations }: OutlineDeclaration) {
  const answered = comparison?.expectations ?? [];
  const inOrder = plan?.stale === false && answered.length === expectations?.length;
  return (text: string, index: number) => answered.find((each) => each.text === text) ?? (inOrder ? answered[index] : undefined);
}
