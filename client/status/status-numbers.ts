import type { Score } from "#runtime/contract/artifacts.ts";
import { formatRoughly, formatScored, formatSeconds } from "#runtime/contract/numbers.ts";

/** `12 min ago`; `just now` for less than a minute. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 48 * 3600) return `${formatSeconds(Math.max(seconds, 100))} ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

/** A progress bar: `▰▰▰▱▱▱▱▱ 42%`. */
export function bar(share: number): string {
  const full = Math.round(share * barLength);
  return `${"▰".repeat(full)}${"▱".repeat(barLength - full)} ${Math.floor(share * 100)}%`;
}

const barLength = 8;

/** A speed: `13.1k tokens/s`. */
export function speed(tokensPerSecond: number): string {
  return `${tokensPerSecond >= 1000 ? `${(tokensPerSecond / 1000).toPrecision(3)}k` : Math.round(tokensPerSecond)} tokens/s`;
}

/** `3 min left`, worded alike wherever a run is shown. Empty if the time is unknown. */
export function leftText(seconds: number | undefined): string {
  return seconds === undefined ? "" : `${formatRoughly(seconds)} left`;
}

/** Metrics that are proportions of correct answers. If a run has no standard error for one, it follows from the number of answers. */
const shares = new Set(["accuracy"]);

/** A score with its standard error: `accuracy 71.2 ± 1.6`, `perplexity 61.3 ± 2.1`. Without one, the score alone. */
export function scoreText(score: Score): string {
  const { metric, value, n } = score;
  const share = shares.has(metric) && n > 0 && value !== null ? Math.sqrt((value * (1 - value)) / n) : 0;
  return `${shownMetric(metric)} ${formatScored({ standard_error: share, ...score })}`;
}

/** The displayed name of a metric: `bits_per_byte` → `bits/byte`. */
export function shownMetric(metric: string): string {
  return metric === "bits_per_byte" ? "bits/byte" : metric.replaceAll("_", " ");
}

/**
 * The scores to show, the main one first: those of the test split if there is one, else of the validation split. The loss is shown only if
 * there is no other.
 */
export function mainScores(scores: readonly Score[]): Score[] {
  const split = ["test", "validation"].find((each) => scores.some((score) => score.split === each));
  const there = scores.filter((score) => score.split === split);
  const others = there.filter(({ metric }) => metric !== "loss");
  return others.length > 0 ? others : there;
}
