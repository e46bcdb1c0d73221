import { lettersFor } from "#runtime/contract/answer.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { describePublished } from "#runtime/contract/describe-results.ts";
import { lowerIsBetter } from "#runtime/contract/direction.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { markdownRow } from "#runtime/contract/markdown-text.ts";
import { formatCount, formatEstimate, formatFlops, formatScore, formatSeconds } from "#runtime/contract/numbers.ts";
import { tableOf } from "#runtime/contract/spec.ts";
import type { SettingColumn } from "../page-messages.ts";

/** A score and its values for each compared system. */
export interface ScoreColumn {
  /** For example, `sentiment.accuracy`. */
  key: string;
  task: string;
  metric: string;
  /** Factor for display: 100 for percentages. */
  factor: number;
  rows: ScoreRow[];
  /** Missing scores with reasons. */
  missing: { cell: string; label: string; reason: string }[];
  /** Published values, which are not comparable. */
  published: { label: string; text: string; models: { name: string; value: number }[] }[];
}

export interface ScoreRow {
  cell: string;
  n: number;
  mean: number;
  low: number | null;
  high: number | null;
  baseline: boolean;
  /** `71.2 ± 0.6 (n = 3) a`: no difference was found between systems that share a letter. */
  text: string;
  /** The mean without the test examples that occur in a corpus. */
  withoutContaminated: number | null;
  /** One value for each pair of seeds. */
  seeds: { label: string; value: number }[];
}

/** A column for each score that at least one system has. */
export function scoreColumns(result: ComparisonResult): ScoreColumn[] {
  const { summary, cells, missing, references = [] } = result;
  const keys = [...new Set(summary.map(keyOf))];
  return keys.map((key) => {
    const rows = summary.filter((row) => keyOf(row) === key);
    const { task, metric } = rows[0]!;
    const known = metricOf(metric);
    const letters = lettersFor(result, task, metric);
    return {
      key,
      task,
      metric,
      factor: known?.unit === "percent" ? 100 : 1,
      missing: missing
        .filter((each) => keyOf(each) === key)
        .map(({ cell, seed, finetune_seed, reason }) => ({ cell, label: `seed ${seed}/${finetune_seed}`, reason })),
      published: references
        .filter((each) => keyOf(each) === key)
        .map((each) => ({ label: each.label, text: describePublished({ references: [each] }).join(" "), models: each.models })),
      rows: rows.map((row) => ({
        cell: row.cell,
        n: row.n,
        mean: row.mean,
        low: row.low,
        high: row.high,
        baseline: row.baseline,
        text: `${formatEstimate(metric, row.mean, row.standard_error, row.n)} (n = ${row.n})${letters.has(row.cell) ? ` ${letters.get(row.cell)}` : ""}`,
        withoutContaminated: row.without_contaminated,
        seeds: cells
          .filter((each) => each.cell === row.cell && keyOf(each) === key)
          .map(({ seed, finetune_seed, value }) => ({ label: `seed ${seed}/${finetune_seed}: ${formatScore(metric, value)}`, value })),
      })),
    };
  });
}

/** A table column: the texts to show, and the values to sort by. */
export interface TableColumn {
  label: string;
  /** By cell. */
  text: Record<string, string>;
  order: Record<string, number | string>;
  /** The order of the first click: best first for scores, largest first for amounts. */
  first: "ascending" | "descending";
}

/** Columns for systems and scores, and for those settings and costs that differ. */
export function tableColumns(result: ComparisonResult, settings: readonly SettingColumn[]): TableColumn[] {
  const scores = scoreColumns(result).map(
    ({ key, metric, rows }): TableColumn => ({
      label: key,
      first: firstOrder(metric),
      text: tableOf([...withoutScore(result, key), ...rows.map(({ cell, text }) => [cell, text] as const)]),
      order: tableOf(rows.map(({ cell, mean }) => [cell, mean] as const)),
    }),
  );
  const known = new Set(scores.map(({ label }) => label));
  const none = [...new Set(result.missing.map(keyOf))]
    .filter((key) => !known.has(key))
    .map((key): TableColumn => ({ label: key, first: "ascending", text: tableOf(withoutScore(result, key)), order: {} }));
  const clean = scoreColumns(result).flatMap(({ key, metric, rows }): TableColumn[] => {
    const known = rows.flatMap(({ cell, withoutContaminated }) =>
      withoutContaminated === null ? [] : [[cell, withoutContaminated] as const],
    );
    if (known.length === 0) return [];
    const text = tableOf(known.map(([cell, value]) => [cell, formatScore(metric, value)] as const));
    return [{ label: `${key} without contaminated examples`, text, order: tableOf(known), first: firstOrder(metric) }];
  });
  const { cells } = result.matched;
  const cost = (label: string, of: (cell: (typeof cells)[number]) => number, show: (value: number) => string): TableColumn => ({
    label,
    text: tableOf(cells.map((cell) => [cell.cell, of(cell) === 0 ? "–" : show(of(cell))] as const)),
    order: tableOf(cells.map((cell) => [cell.cell, of(cell)] as const)),
    first: "descending",
  });
  const costs = [
    cost("tokens", ({ tokens }) => tokens, formatCount),
    cost("FLOPs", ({ flops }) => flops, formatFlops),
    cost(
      "steps",
      ({ steps }) => steps,
      (steps) => steps.toLocaleString("en-US"),
    ),
    cost("parameters", ({ parameters }) => parameters, formatCount),
    cost("time", ({ seconds }) => seconds, formatSeconds),
    cost("learning rate", ({ learning_rate = 0 }) => learning_rate, String),
    cost("FLOPs of the search", ({ search_flops = 0 }) => search_flops, formatFlops),
  ];
  const set = settings.map(({ label, values }): TableColumn => {
    const own = tableOf(Object.entries(values));
    return { label, text: own, order: own, first: "descending" };
  });
  return [...set, ...scores, ...none, ...clean, ...costs.filter(differs)];
}

/** All compared systems, baselines last. */
export function cellNames({ summary, matched }: ComparisonResult): string[] {
  const baselines = new Set(summary.filter(({ baseline }) => baseline).map(({ cell }) => cell));
  const all = [...new Set([...matched.cells.map(({ cell }) => cell), ...summary.map(({ cell }) => cell)])];
  return [...all.filter((cell) => !baselines.has(cell)), ...all.filter((cell) => baselines.has(cell))];
}

export function markdownOf(cells: readonly string[], columns: readonly TableColumn[]): string {
  return [
    markdownRow(["", ...columns.map(({ label }) => label)]),
    `| ${["---", ...columns.map(() => "---:")].join(" | ")} |`,
    ...cells.map((cell) => markdownRow([cell, ...columns.map(({ text }) => text[cell] ?? "–")])),
  ].join("\n");
}

/** The reasons for missing scores, shown in their place. */
function withoutScore({ missing }: ComparisonResult, key: string): [string, string][] {
  const of = groupBy(
    missing.filter((each) => keyOf(each) === key),
    ({ cell }) => cell,
  );
  return [...of].map(([cell, each]) => [cell, `none: ${[...new Set(each.map(({ reason }) => reason))].join("; ")}`]);
}

function firstOrder(metric: string): TableColumn["first"] {
  return lowerIsBetter(metric) ? "ascending" : "descending";
}

function differs({ text }: TableColumn): boolean {
  return new Set(Object.values(text)).size > 1;
}

function keyOf({ task, metric }: { task: string; metric: string }): string {
  return task === "" ? metric : `${task}.${metric}`;
}
