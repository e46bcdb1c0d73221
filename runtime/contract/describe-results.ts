import type { ComparisonResult, Verdict } from "./artifacts.ts";
import { metricOf } from "./catalogue/index.ts";
import { withDirection } from "./direction.ts";
import { formatMargin, formatScore, formatScoreLike } from "./numbers.ts";
import { isFound } from "./verdict-rules.ts";

/**
 * A verdict as a sentence, best first: `mlm is better than clm on sentiment.accuracy by 1.9 (simultaneous interval 0.8 to 3.1, p = 0.004)`.
 * The interval is the one that the verdict is based on; a difference that is not tested has its plain 95% interval.
 */
export function describeDifference(verdict: Verdict): string {
  const { left, right, task, metric, difference, margin } = verdict;
  const score = withDirection(`${task}.${metric}`, metric);
  const show = shownLike(verdict);
  const inBrackets = detailsOf(verdict, show);
  if (isFound(verdict)) {
    const [better, worse] = verdict.verdict === "better" ? [left, right] : [right, left];
    return `${better} is better than ${worse} on ${score} by ${show(Math.abs(difference))}${inBrackets}`;
  }
  const said = `${show(difference)}${inBrackets}`;
  if (verdict.verdict === "not tested") return `${left} − ${right} on ${score}: ${said}; not tested`;
  if (margin !== undefined && verdict.verdict !== "no verdict") {
    const equal = `within ${formatMargin(metric, margin)} on ${score}: ${said}`;
    return verdict.verdict === "equal" ? `${left} equals ${right} ${equal}` : `undecided whether ${left} equals ${right} ${equal}`;
  }
  const between = `${verdict.verdict} between ${left} and ${right} on ${score}: ${said}`;
  return [between, ...(verdict.why === undefined ? whatWouldFind(verdict) : [verdict.why])].join("; ");
}

/** Formats values like the difference of a verdict. */
export function shownLike({ metric, difference, low_95, high_95 }: Verdict): (value: number) => string {
  const uncertainty = low_95 === null || high_95 === null ? 0 : (high_95 - low_95) / 4;
  return (value) => formatScoreLike(metric, value, difference, uncertainty);
}

/** The interval and p of a verdict in brackets. A found difference is stated as the gain of the better side, any other as left − right. */
function detailsOf(verdict: Verdict, show: (value: number) => string): string {
  const { difference, low, high, low_95, high_95, p } = verdict;
  const turned = difference < 0 && isFound(verdict);
  const told = (name: string, from: number, to: number) =>
    turned ? `${name} ${show(-to)} to ${show(-from)}` : `${name} ${show(from)} to ${show(to)}`;
  const parts = [
    ...(low !== null && high !== null ? [told("simultaneous interval", low, high)] : []),
    ...(low === null && low_95 !== null && high_95 !== null ? [told("95% interval", low_95, high_95)] : []),
    ...(p === null ? [] : [`p ${formatP(p)}`]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

export function formatP(p: number): string {
  if (p < 0.001) return "< 0.001";
  return `= ${p < 0.1 ? p.toPrecision(1) : p.toFixed(2)}`;
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
