import { join } from "node:path";
import { parseLines } from "#runtime/contract/record-text.ts";
import { type Hypothesis, hypothesis } from "#runtime/contract/records.ts";
import { openLines } from "./lines.ts";
import { readTextFile } from "./whole-files.ts";

/** Appends hypotheses to `.pretrain/hypotheses.jsonl`, one per line, before a run may read a test split. */
export function recordHypotheses(root: string, hypotheses: readonly Omit<Hypothesis, "time">[]): void {
  const known = readHypotheses(root);
  const fresh = hypotheses.filter((each) => !known.some((other) => other.comparison === each.comparison && other.text === each.text));
  if (fresh.length === 0) return;
  const time = new Date().toISOString();
  const lines = openLines(file(root));
  try {
    for (const each of fresh) lines.append(JSON.stringify({ time, ...each }));
  } finally {
    lines.close();
  }
}

/** Reads the hypotheses. Invalid lines are skipped: an incomplete line belongs to a run that was killed before it read anything. */
export function readHypotheses(root: string): Hypothesis[] {
  const text = readTextFile(file(root)) ?? "";
  return parseLines(text.slice(0, text.lastIndexOf("\n") + 1), hypothesis);
}

function file(root: string): string {
  return join(root, "hypotheses.jsonl");
}
