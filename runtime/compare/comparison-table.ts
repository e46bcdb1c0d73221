import Table from "cli-table3";
import { answersOf, lettersFor } from "#runtime/contract/answer.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { describeDifference, describeExpectation, describePublished } from "#runtime/contract/describe-results.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { titled } from "#runtime/contract/doc-text.ts";
import { counted, formatEstimate, formatScore, formatShare } from "#runtime/contract/numbers.ts";
import { visibleLine } from "#runtime/contract/visible.ts";
import { matchedAmounts } from "./matched-amounts.ts";

/** A comparison as text for a terminal: the answer first, then scores, expectations, warnings and notes. @param all how to show the rest */
export function comparisonSummary(result: ComparisonResult, all: string): string {
  const few = (lines: readonly string[], noun: string) => {
    const more = lines.length - shownLines;
    return [...lines.slice(0, shownLines), ...(more > 0 ? [`${counted(more, `more ${noun}`)}: ${all}`] : [])];
  };
  const notes = (result.notes ?? []).map(({ text }) => text);
  return [
    result.question === undefined ? "" : titled(result.question).title,
    answerLines(result).join("\n"),
    `mean ± standard error (seeds)${matchedIn(result)}:`,
    summaryTable(result),
    listed("Expected", result.expectations.map(describeExpectation)),
    listed("Published", describePublished(result)),
    listed("Warnings", few(result.warnings, "warning")),
    listed("Notes", few(notes, "note")),
    restOf(result, all),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** More warnings or notes than these are counted. */
const shownLines = 3;

/** A comparison as text for a terminal, with every pair, every seed, the amounts that were matched, and the method. */
export function comparisonTable(result: ComparisonResult): string {
  return [
    result.question ?? "",
    answerLines(result).join("\n"),
    // a single cell is not matched with anything
    `${result.comparison}${matchedIn(result)}:`,
    matchedTable(result),
    "mean ± standard error (seeds):",
    summaryTable(result),
    ...seedTables(result),
    ...curveTables(result),
    listed("Verdicts", result.verdicts.map(describeDifference)),
    listed("Expected", result.expectations.map(describeExpectation)),
    listed("Published", describePublished(result)),
    listed("Warnings", result.warnings),
    listed(
      "Notes",
      (result.notes ?? []).map(({ text }) => text),
    ),
    result.method,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function answerLines(result: ComparisonResult): string[] {
  return answersOf(result).map(({ sentence }) => sentence);
}

function matchedIn({ matched }: ComparisonResult): string {
  return matched.cells.length > 1 ? `, matched in ${matched.match}` : "";
}

/** What else there is, and the command that shows it. */
function restOf({ verdicts }: ComparisonResult, all: string): string {
  const pairs = verdicts.length > 0 ? `${counted(verdicts.length, "pair")}, every seed` : "every seed";
  return `${pairs} and the method: ${all}`;
}

/** Rows of text in aligned columns, one line per row, whatever a cell contains; the first column is left-aligned, others by `alignment`. */
export function alignedRows(head: readonly string[], rows: readonly (readonly string[])[], alignment: "left" | "right" = "right"): string {
  const nothing = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
  };
  const sides = { left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " };
  const table = new Table({
    head: head.map(visibleLine),
    chars: { ...nothing, ...sides },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: head.map((_, index) => (index === 0 ? "left" : alignment)),
  });
  for (const row of rows) table.push(row.map(visibleLine));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function matchedTable({ matched }: ComparisonResult): string {
  const { head, rows } = matchedAmounts(matched, "embeddings");
  return alignedRows(head, rows);
}

/** Means with letters: on a main metric, systems that share a letter were not found to differ. */
function summaryTable(result: ComparisonResult): string {
  const { summary } = result;
  const scores = unique(summary.map(scoreOf));
  const cells = unique(summary.map(({ cell }) => cell));
  const letters = new Map(summary.map((row) => [scoreOf(row), lettersFor(result, row.task, row.metric)] as const));
  const table = alignedRows(
    ["", ...scores.map((score) => withDirection(score, score.split(".").at(-1)!))],
    cells.map((cell) => [
      cell,
      ...scores.map((score) => {
        const entry = summary.find((each) => each.cell === cell && scoreOf(each) === score);
        if (!entry) return "–";
        const estimate = `${formatEstimate(entry.metric, entry.mean, entry.standard_error, entry.n)} (${entry.n})`;
        return `${estimate} ${letters.get(score)!.get(cell) ?? ""}`.trimEnd();
      }),
    ]),
  );
  const hasLetters = [...letters.values()].some(({ size }) => size > 0);
  return hasLetters ? `${table}\n${sharedLetter}` : table;
}

const sharedLetter = "No difference was found between systems that share a letter.";

/** One table per score, with a row per cell and a column per run. */
function seedTables({ cells }: ComparisonResult): string[] {
  return unique(cells.map(scoreOf)).map((score) => {
    const ofScore = cells.filter((row) => scoreOf(row) === score && hasSeed(row));
    const several = new Set(ofScore.map((row) => row.finetune_seed)).size > 1;
    const columns = unique(ofScore.map((row) => runOf(row, several)));
    const rows = unique(ofScore.map(({ cell }) => cell)).map((cell) => [
      cell,
      ...columns.map((column) => {
        const row = ofScore.find((each) => each.cell === cell && runOf(each, several) === column);
        return row ? formatScore(row.metric, row.value) : "–";
      }),
    ]);
    return `${score} by seed${several ? " (pre-training/fine-tuning)" : ""}:\n${alignedRows(["", ...columns], rows)}`;
  });
}

/** Whether a row has a seed; the majority baseline has none. */
function hasSeed(row: ComparisonResult["cells"][number]): boolean {
  return row.cell !== "majority";
}

/** One table per score, with a row per cell and a column per share of the pre-training's steps. */
function curveTables({ curves = [] }: ComparisonResult): string[] {
  return unique(curves.map(scoreOf)).map((score) => {
    const ofScore = curves.filter((curve) => scoreOf(curve) === score);
    const shares = [...new Set(ofScore.flatMap(({ points }) => points.map(({ share }) => share)))].sort((a, b) => a - b);
    const rows = ofScore.map(({ cell, metric, points }) => [
      cell,
      ...shares.map((share) => {
        const point = points.find((each) => each.share === share);
        return point ? formatEstimate(metric, point.mean, point.standard_error, point.n) : "–";
      }),
    ]);
    return `${score} after a share of the pre-training's steps:\n${alignedRows(["", ...shares.map(formatShare)], rows)}`;
  });
}

function runOf(row: ComparisonResult["cells"][number], several: boolean): string {
  return several ? `${row.seed}/${row.finetune_seed}` : `${row.seed}`;
}

function scoreOf({ task, metric }: { task: string; metric: string }): string {
  return `${task}.${metric}`;
}

function listed(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
