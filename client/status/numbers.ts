import type { Score } from "#runtime/contract/artifacts.ts";
import { formatRoughly, formatScored, formatSeconds } from "#runtime/contract/numbers.ts";

/** `12 min ago`; under a minute `just now`. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 48 * 3600) return `${formatSeconds(Math.max(seconds, 100))} ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

/** `▰▰▰▱▱▱▱▱ 42%`. */
export function bar(share: number): string {
  const full = Math.round(share * barLength);
  return `${"▰".repeat(full)}${"▱".repeat(barLength - full)} ${Math.floor(share * 100)}%`;
}

const barLength = 8;

/** `13.1k tokens/s`. */
export function speed(tokensPerSecond: number): string {
  return `${tokensPerSecond >= 1000 ? `${(tokensPerSecond / 1000).toPrecision(3)}k` : Math.round(tokensPerSecond)} tokens/s`;
}

/** `3 min left`: the same words wherever a run is shown. Empty where nothing can be said. */
export function leftText(seconds: number | undefined): string {
  return seconds === undefined ? "" : `${formatRoughly(seconds)} left`;
}

/** Metrics that are shares of right answers: where a run does not say their standard error, it follows from how many there were. */
const shares = new Set(["accuracy"]);

/** `accuracy 71.2 ± 1.6`, `perplexity 61.3 ± 2.1`; where nothing is known of its error, the score alone. */
export function scoreText(score: Score): string {
  const { metric, value, n } = score;
  const share = shares.has(metric) && n > 0 && value !== null ? Math.sqrt((value * (1 - value)) / n) : 0;
  return `${shownMetric(metric)} ${formatScored({ standard_error: share, ...score })}`;
}

/** `bits_per_byte` → `bits/byte`. */
export function shownMetric(metric: string): string {
  return metric === "bits_per_byte" ? "bits/byte" : metric.replaceAll("_", " ");
}

/** The scores that count, the main one first: on test where there is a test split, else on validation. The loss where there is no other. */
export function mainScores(scores: readonly Score[]): Score[] {
  const split = ["test", "validation"].find((each) => scores.some((score) => score.split === each));
  const there = scores.filter((score) => score.split === split);
  const others = there.filter(({ metric }) => metric !== "loss");
  return others.length > 0 ? others : there;
}
