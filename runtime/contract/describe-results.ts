import type { ComparisonResult, Verdict } from "./artifacts.ts";
import { metricOf } from "./catalogue/index.ts";
import { withDirection } from "./direction.ts";
import { formatScore, formatScoreLike } from "./numbers.ts";
import { isFound } from "./verdict-rules.ts";

/** A verdict as a sentence, best first: `mlm is better than clm on sentiment.accuracy by 1.9 (95% interval 0.8 to 3.1, p = 0.004)`. */
export function describeDifference(verdict: Verdict): string {
  const { left, right, task, metric, difference, low, high, p } = verdict;
  const score = withDirection(`${task}.${metric}`, metric);
  const uncertainty = low === null || high === null ? 0 : (high - low) / 4;
  const show = (value: number) => formatScoreLike(metric, value, difference, uncertainty);
  // a found difference is stated as the gain of the better side, any other as left − right
  const turned = difference < 0 && isFound(verdict);
  const interval =
    low === null || high === null
      ? ""
      : turned
        ? `95% interval ${show(-high)} to ${show(-low)}`
        : `95% interval ${show(low)} to ${show(high)}`;
  const details = [interval, p === null ? "" : `p ${formatP(p)}`].filter((part) => part !== "").join(", ");
  const inBrackets = details === "" ? "" : ` (${details})`;
  if (!isFound(verdict)) {
    const said = `${verdict.verdict} between ${left} and ${right} on ${score}: ${show(difference)}${inBrackets}`;
    return [said, ...(verdict.why === undefined ? whatWouldFind(verdict) : [verdict.why])].join("; ");
  }
  const [better, worse] = verdict.verdict === "better" ? [left, right] : [right, left];
  return `${better} is better than ${worse} on ${score} by ${show(Math.abs(difference))}${inBrackets}`;
}

export function formatP(p: number): string {
  if (p < 0.001) return "< 0.001";
  return `= ${p < 0.1 ? p.toPrecision(1) : p.toFixed(2)}`;
}

/** The note after a score that was found to be worse than baselines: `worse than scratch`; empty if there are none. */
export function describeBelow(below: readonly string[]): string {
  return below.length === 0 ? "" : `worse than ${below.join(", ")}`;
}

/** The difference that the design could have detected, and the number of seeds that would detect the observed one. */
function whatWouldFind({ metric, detectable, more_seeds }: Verdict): string[] {
  if (detectable === null) return [];
  const beyond = metricOf(metric)?.unit === "percent" && detectable > 1;
  const finds = beyond
    ? "this design is too small to find any"
    : `this design would find ${formatScore(metric, detectable, detectable)} or more`;
  if (more_seeds === null) return [finds, "more seeds alone would hardly settle it"];
  return [finds, `about ${more_seeds} more ${more_seeds === 1 ? "seed" : "seeds"} would settle it if the difference is as seen`];
}

/** Whether an expectation was recorded before the test split was read, and is thus a prediction. */
function describeRecord({ recorded, before_test }: ComparisonResult["expectations"][number]): string {
  if (recorded === null) return "";
  return before_test ? "; recorded before the test split was read" : "; recorded after the test split was read, so it is not a prediction";
}

/** The results of the contamination checks, with examples. */
export function describeContamination({ contamination }: ComparisonResult): string[] {
  return contamination.flatMap(({ task, corpus, items, checked, contaminated, examples }) => [
    checked === 0
      ? `all ${items} test examples of ${task} are too short to look for in ${corpus}`
      : `${contaminated.length} of ${items} test examples of ${task} occur verbatim in ${corpus}` +
        (checked < items ? ` (${items - checked} are too short to check)` : ""),
    ...examples.map(({ id, words }) => `${id}: “${words}”`),
  ]);
}

/** Published values with their source, and why they are not comparable. */
export function describePublished({ references = [] }: Pick<ComparisonResult, "references">): string[] {
  return references.map(
    ({ task, metric, label, source, place, models, not_comparable }) =>
      `${label} on ${task}.${metric}: ${models.map(({ name, value }) => `${name} ${formatScore(metric, value)}`).join(", ")} ` +
      `(${source}, ${place}); not comparable: ${not_comparable.join("; ")}`,
  );
}

/** An expectation with its answer and the reason. */
export function describeExpectation(expectation: ComparisonResult["expectations"][number]): string {
  const { text, answer, reason } = expectation;
  return `${text}: ${answer} (${reason})${describeRecord(expectation)}`;
}
