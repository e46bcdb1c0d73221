import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { bestFirst, withDirection } from "#runtime/contract/direction.ts";
import { areRanked } from "#runtime/contract/ranked.ts";
import { axisStyle, type Chart, createChart, type EChartsOption, tooltipStyle } from "../chart.ts";
import { csvOf, element } from "../page.ts";
import { colourOf, readTheme, symbols, type Theme } from "../theme.ts";
import type { ScoreColumn, ScoreRow } from "./score-columns.ts";

/** Draws means as dots with intervals, one row for each system. Every seed is a small point; baselines are lines. */
export function dotChart(column: ScoreColumn, names: readonly string[]): Chart {
  const rows = column.rows.filter(({ baseline }) => !baseline);
  const chart = createChart({
    title: withDirection(column.key, column.metric),
    renderer: "svg",
    height: 60 + 34 * Math.max(1, rows.length + column.published.length) + baselineLabel * (column.rows.length - rows.length),
    csv: () => csvOfScores(column),
  });
  chart.set(dotOption(column, rows, names, readTheme()));
  if (column.published.length > 0)
    chart.section.append(element("p", { class: "muted" }, "* published and not comparable; see below for the reason"));
  chart.describe([...column.rows.map(({ cell, text }) => `${cell}: ${text}`), ...column.published.map(({ text }) => text)].join("; "));
  return chart;
}

/** Height of a line of text above the chart. */
const baselineLabel = 14;

/** Plots scores against the cost of pre-training. If scores are ranked, the frontier joins the systems that no cheaper one beats. */
export function frontierChart(column: ScoreColumn, result: ComparisonResult, names: readonly string[]): Chart | undefined {
  const costs = new Map(result.matched.cells.map(({ cell, flops }) => [cell, flops]));
  const points = column.rows.flatMap((row) => {
    const flops = costs.get(row.cell) ?? 0;
    return flops > 0 ? [{ row, flops }] : [];
  });
  if (points.length < 2) return undefined;
  const title = `${withDirection(column.key, column.metric)} against FLOPs`;
  const csv = () => csvOf([["cell", "flops", column.key], ...points.map(({ row, flops }) => [row.cell, flops, row.mean])]);
  const chart = createChart({ title, renderer: "svg", height: 260, csv });
  const cells = points.map(({ row }) => row.cell);
  const best = areRanked(result.verdicts, cells, column.task, column.metric) ? frontier(points, column.metric) : [];
  chart.set(frontierOption(column, points, best, names, readTheme()));
  chart.describe(points.map(({ row, flops }) => `${row.cell}: ${row.text} at ${flops.toExponential(2)}`).join("; "));
  return chart;
}

function dotOption(column: ScoreColumn, rows: readonly ScoreRow[], names: readonly string[], theme: Theme): EChartsOption {
  const style = axisStyle(theme);
  const scaled = (value: number) => value * column.factor;
  const colour = (cell: string) => colourOf(names, cell, theme);
  const baselines = column.rows.filter(({ baseline }) => baseline);
  return {
    animation: false,
    backgroundColor: theme.background,
    grid: { left: 8, right: 24, top: 12 + baselineLabel * baselines.length, bottom: 8, containLabel: true },
    xAxis: { type: "value", scale: true, ...style, ...extent(column) },
    yAxis: {
      type: "category",
      inverse: true,
      data: [...rows.map(({ cell }) => cell), ...column.published.map(({ label }) => `${label}*`)],
      ...style,
      axisLabel: { ...style.axisLabel, color: theme.foreground },
    },
    tooltip: {
      trigger: "item",
      ...tooltipStyle(theme),
      formatter: ({ data }: { data: { tip?: string } }) => element("div", {}, data.tip ?? ""),
    },
    series: [
      {
        type: "custom",
        id: "intervals",
        data: rows.flatMap(({ cell, low, high, text }, index) =>
          low === null || high === null ? [] : [{ value: [scaled(low), index, scaled(high)], tip: `${cell}: ${text}`, cell }],
        ),
        clip: true,
        renderItem: (_: unknown, api: { value(index: number): number; coord(point: [number, number]): [number, number] }) => {
          const [x, y] = api.coord([api.value(0), api.value(1)]);
          const [end] = api.coord([api.value(2), api.value(1)]);
          const line = (x1: number, y1: number, x2: number, y2: number) => ({
            type: "line",
            shape: { x1, y1, x2, y2 },
            style: { stroke: colour(rows[api.value(1)]?.cell ?? ""), lineWidth: 2 },
          });
          return { type: "group", children: [line(x, y, end, y), line(x, y - 5, x, y + 5), line(end, y - 5, end, y + 5)] };
        },
        encode: { x: [0, 2], y: 1 },
      },
      ...publishedSeries(column, rows.length, theme),
      {
        type: "scatter",
        id: "seeds",
        symbolSize: 5,
        data: rows.flatMap((row, index) =>
          row.seeds.map(({ label, value }) => ({
            value: [scaled(value), index],
            tip: `${row.cell}, ${label}`,
            itemStyle: { color: colour(row.cell), opacity: 0.55 },
          })),
        ),
      },
      {
        type: "scatter",
        id: "means",
        symbolSize: 11,
        data: rows.map((row, index) => ({
          value: [scaled(row.mean), index],
          tip: `${row.cell}: ${row.text}`,
          itemStyle: { color: colour(row.cell) },
        })),
        markLine: {
          symbol: "none",
          silent: true,
          label: { color: theme.muted, fontFamily: theme.font, formatter: ({ name }: { name: string }) => name },
          lineStyle: { color: theme.muted, type: "dashed" },
          // stacked, because baselines are often close together
          data: baselines.map(({ cell, mean }, index) => ({
            name: cell,
            xAxis: scaled(mean),
            label: { position: "start", distance: 2 + baselineLabel * index },
          })),
        },
      },
    ],
  } as EChartsOption;
}

/** Published scores: a bar from the smallest to the largest and a mark for each model, below the cells and without their colours. */
function publishedSeries({ published, factor }: ScoreColumn, below: number, theme: Theme) {
  const bars = published.map(({ models, text }, index) => {
    const values = models.map(({ value }) => factor * value);
    return { value: [Math.min(...values), below + index, Math.max(...values)], tip: text };
  });
  return [
    {
      type: "custom",
      id: "published",
      data: bars,
      renderItem: (_: unknown, api: { value(index: number): number; coord(point: [number, number]): [number, number] }) => {
        const [x, y] = api.coord([api.value(0), api.value(1)]);
        const [end] = api.coord([api.value(2), api.value(1)]);
        return {
          type: "rect",
          shape: { x, y: y - 7, width: Math.max(2, end - x), height: 14 },
          style: { fill: theme.muted, opacity: 0.25 },
        };
      },
      encode: { x: [0, 2], y: 1 },
    },
    {
      type: "scatter",
      id: "published models",
      symbol: "rect",
      symbolSize: [2, 14],
      itemStyle: { color: theme.muted },
      data: published.flatMap(({ models, text }, index) =>
        models.map(({ name, value }) => ({ value: [factor * value, below + index], tip: `${name}. ${text}` })),
      ),
    },
  ];
}

function frontierOption(
  column: ScoreColumn,
  points: readonly FrontierPoint[],
  best: readonly FrontierPoint[],
  names: readonly string[],
  theme: Theme,
): EChartsOption {
  const style = axisStyle(theme);
  return {
    animation: false,
    backgroundColor: theme.background,
    grid: { left: 8, right: 90, top: 16, bottom: 24, containLabel: true },
    xAxis: {
      type: "log",
      name: "FLOPs",
      nameLocation: "middle",
      nameGap: 26,
      ...style,
      ...costExtent(points),
      axisLabel: { ...style.axisLabel, formatter: (value: number) => value.toExponential(1).replace("e+", "e") },
    },
    yAxis: { type: "value", scale: true, ...style },
    tooltip: {
      trigger: "item",
      ...tooltipStyle(theme),
      formatter: ({ data }: { data: { tip?: string } }) => element("div", {}, data.tip ?? ""),
    },
    series: [
      {
        type: "line",
        id: "frontier",
        step: "end",
        symbol: "none",
        silent: true,
        lineStyle: { color: theme.muted, type: "dashed", width: 1 },
        data: best.map(({ flops, row }) => [flops, row.mean * column.factor]),
      },
      {
        type: "scatter",
        id: "cells",
        symbolSize: 11,
        label: {
          show: true,
          position: "right",
          color: theme.foreground,
          fontFamily: theme.font,
          formatter: ({ name }: { name: string }) => name,
        },
        data: points.map(({ row, flops }, index) => ({
          name: row.cell,
          // labels of close points are stacked
          label: { offset: [0, -14 * points.slice(0, index).filter((other) => isClose(other, { row, flops }, points)).length] },
          value: [flops, row.mean * column.factor],
          symbol: symbols[Math.max(0, names.indexOf(row.cell)) % symbols.length],
          tip: `${row.cell}: ${row.text} at ${flops.toExponential(2).replace("e+", "e")} FLOPs`,
          itemStyle: { color: colourOf(names, row.cell, theme) },
        })),
      },
    ],
  } as EChartsOption;
}

type FrontierPoint = { row: ScoreRow; flops: number };

/** Whether two points are within about a label's size of each other. */
function isClose(one: FrontierPoint, other: FrontierPoint, points: readonly FrontierPoint[]): boolean {
  const means = points.map(({ row }) => row.mean);
  const height = Math.max(...means) - Math.min(...means);
  return Math.abs(Math.log(one.flops / other.flops)) < 0.2 && Math.abs(one.row.mean - other.row.mean) <= 0.06 * height;
}

/** The points that no cheaper point beats. */
function frontier(points: readonly FrontierPoint[], metric: string): FrontierPoint[] {
  const best: FrontierPoint[] = [];
  for (const point of [...points].sort((a, b) => a.flops - b.flops || bestFirst(metric, a.row.mean, b.row.mean))) {
    if (best.length === 0 || bestFirst(metric, point.row.mean, best.at(-1)!.row.mean) < 0) best.push(point);
  }
  return best;
}

/** The axis range that contains all intervals, seeds and baselines. A proportion stays between 0 and 100%. */
function extent(column: ScoreColumn): { min: number; max: number } {
  const values = column.rows.flatMap(({ mean, low, high, seeds, baseline }) => [
    mean,
    ...(baseline ? [] : [low ?? mean, high ?? mean, ...seeds.map(({ value }) => value)]),
  ]);
  values.push(...column.published.flatMap(({ models }) => models.map(({ value }) => value)));
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value * column.factor) as [number, number];
  // a single value is not stretched to its last digit
  const margin = Math.max((high - low) * 0.06, Math.abs(high) * 0.005, 1e-9);
  const round = 10 ** Math.floor(Math.log10(high - low + 2 * margin) - 1);
  const [min, max] = [Math.floor((low - margin) / round) * round, Math.ceil((high + margin) / round) * round];
  return column.factor === 100 ? { min: Math.max(0, min), max: Math.min(100, max) } : { min, max };
}

/** The range of the cost axis. If all costs are about equal, the points are drawn above each other. */
function costExtent(points: readonly { flops: number }[]): { min: number; max: number } {
  const costs = points.map(({ flops }) => flops);
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  return high / low < 1.3 ? { min: low / 2, max: high * 2 } : { min: low / 1.2, max: high * 1.2 };
}

function csvOfScores(column: ScoreColumn): string {
  return csvOf([
    ["cell", "n", "mean", "low", "high", "seed", "missing"],
    ...column.rows.flatMap((row) => [
      [row.cell, row.n, row.mean, row.low ?? "", row.high ?? "", "all", ""],
      ...row.seeds.map(({ label, value }) => [row.cell, 1, value, "", "", label.split(":")[0]!, ""]),
    ]),
    ...column.missing.map(({ cell, label, reason }) => [cell, 0, "", "", "", label, reason]),
  ]);
}
