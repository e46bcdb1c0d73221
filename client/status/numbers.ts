import type { Score } from "#runtime/contract/artifacts.ts";
import { formatScore, formatSeconds } from "#runtime/contract/numbers.ts";

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

/** Metrics that are shares of right answers: their standard error follows from how many there were. */
const shares = new Set(["accuracy"]);

/** `accuracy 71.2 ± 1.6`, `perplexity 61.3`. */
export function scoreText({ metric, value, n }: Score): string {
  const shown = shownMetric(metric);
  if (!shares.has(metric) || n === 0) return `${shown} ${formatScore(metric, value)}`;
  const standardError = Math.sqrt((value * (1 - value)) / n);
  return `${shown} ${formatScore(metric, value)} ± ${formatScore(metric, standardError)}`;
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
