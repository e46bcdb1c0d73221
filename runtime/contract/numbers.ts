import type { Score } from "./artifacts.ts";
import { metricOf } from "./catalogue/index.ts";

/** Formats a score: percentages are multiplied by 100, and there are no more digits than the uncertainty allows. */
export function formatScore(metric: string, value: number, uncertainty = 0): string {
  const factor = factorOf(metric);
  return fixed(value * factor, decimalsFor(metric, value, uncertainty));
}

/** `71.2 ± 0.6`, both with the same number of decimals; only the mean if `n` is below 2. */
export function formatEstimate(metric: string, mean: number, standardError: number, n: number): string {
  if (n < 2) return formatScore(metric, mean);
  return `${formatScore(metric, mean, standardError)} ± ${formatScoreLike(metric, standardError, mean, standardError)}`;
}

/** The margin of a test of equivalence, as it is written: in points for percentages, without trailing zeros. */
export function formatMargin(metric: string, margin: number): string {
  return `${Number((margin * factorOf(metric)).toPrecision(6))}`;
}

/** The score of one run, with its standard error if it is known; if the score is undefined, the reason. */
export function formatScored(score: Pick<Score, "metric" | "value" | "undefined" | "standard_error">): string {
  const { metric, value, undefined: reason, standard_error: error } = score;
  if (value === null) return `undefined: ${reason ?? "it is not a finite number"}`;
  return error ? formatEstimate(metric, value, error, 2) : formatScore(metric, value);
}

/** Formats a value with as many decimals as the score `like` has, given its uncertainty. */
export function formatScoreLike(metric: string, value: number, like: number, uncertainty: number): string {
  return fixed(value * factorOf(metric), decimalsFor(metric, like, uncertainty));
}

/** Formats a count of tokens or parameters: `1.5M`, `12k`, `340`. */
export function formatCount(count: number): string {
  const unit = [
    { size: 1e12, letter: "T" },
    { size: 1e9, letter: "G" },
    { size: 1e6, letter: "M" },
    { size: 1e4, letter: "k" },
  ].find(({ size }) => count >= size);
  if (!unit) return Math.round(count).toLocaleString("en-US");
  const scaled = unit.letter === "k" ? count / 1e3 : count / unit.size;
  return `${Number(scaled.toPrecision(3))}${unit.letter}`;
}

/** Formats FLOPs: `1.23e13`. */
export function formatFlops(flops: number): string {
  return flops === 0 ? "0" : flops.toExponential(2).replace("e+", "e");
}

/** Formats a share from 0 to 1: `25%`, `12.5%`. */
export function formatShare(share: number): string {
  return `${Number((100 * share).toPrecision(4))}%`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Formats a duration in seconds: `41 s`, `12 min`, `3 h 20 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats an estimated duration in seconds, rounded coarsely: `40 s`, `9 min`, `3 h`. */
export function formatRoughly(seconds: number): string {
  const step = roughSteps.find(({ below }) => seconds < below)!.step;
  const rounded = Math.max(step, Math.round(seconds / step) * step);
  return rounded < 100 ? `${rounded} s` : formatSeconds(rounded).replace(/ 0 min$/, "");
}

const roughSteps = [
  { below: 10, step: 1 },
  { below: 60, step: 5 },
  { below: 100, step: 10 },
  { below: 600, step: 60 },
  { below: 3600, step: 300 },
  { below: 36_000, step: 1800 },
  { below: Number.POSITIVE_INFINITY, step: 3600 },
];

function factorOf(metric: string): number {
  return metricOf(metric)?.unit === "percent" ? 100 : 1;
}

/** The number of decimals that shows two significant digits of the uncertainty; without an uncertainty, three or four of the value. */
function decimalsFor(metric: string, value: number, uncertainty: number): number {
  const factor = factorOf(metric);
  const max = factor === 100 ? 2 : 4;
  if (uncertainty > 0) return clamp(1 - Math.floor(Math.log10(uncertainty * factor)), 0, max);
  if (factor === 100) return 1;
  return value === 0 ? 0 : clamp(3 - Math.floor(Math.log10(Math.abs(value))), 0, max);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Fixed-point notation with a true minus sign, and no minus before zero. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A count with its noun, whose plural is regular: `1 word`, `3 words`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
