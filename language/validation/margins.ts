import { rangeOfProperty } from "../text-ranges.ts";
import { readMargin } from "../values/margin.ts";
import type { RuleFamily } from "./report-finding.ts";

/** An expectation of equality may say within what; no other expectation may. */
export const margins: RuleFamily = () => ({
  Expectation(expectation, report) {
    const reading = readMargin(expectation);
    if (reading && !reading.ok) report(expectation, rangeOfProperty(expectation, "margin"), reading.problem);
  },
});
