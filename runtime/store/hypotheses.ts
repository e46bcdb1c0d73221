import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readText } from "./files.ts";

/** What was expected of a comparison, and when that was known. */
export interface Hypothesis {
  /** ISO 8601, UTC. */
  time: string;
  comparison: string;
  /** `mlm > clm on sentiment.accuracy`. */
  text: string;
  /** Of the comparison as planned: its cells, seeds, tasks and expectations. */
  fingerprint: string;
}

/** `.pretrain/hypotheses.jsonl`, one a line, only ever appended to: written before a run may read a test split. */
export function recordHypotheses(root: string, hypotheses: readonly Omit<Hypothesis, "time">[]): void {
  const known = readHypotheses(root);
  const fresh = hypotheses.filter((each) => !known.some((other) => other.comparison === each.comparison && other.text === each.text));
  if (fresh.length === 0) return;
  mkdirSync(root, { recursive: true });
  const time = new Date().toISOString();
  appendFileSync(file(root), fresh.map((each) => `${JSON.stringify({ time, ...each })}\n`).join(""));
}

export function readHypotheses(root: string): Hypothesis[] {
  const lines = (readText(file(root)) ?? "").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Hypothesis);
}

function file(root: string): string {
  return join(root, "hypotheses.jsonl");
}
