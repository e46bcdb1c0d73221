import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { bestFirst } from "#runtime/contract/direction.ts";
import { rangeOf } from "#runtime/contract/metric-range.ts";
import { formatFlops, formatScore } from "#runtime/contract/numbers.ts";
import { areRanked } from "#runtime/contract/ranked.ts";
import { visible } from "#runtime/contract/visible.ts";

/** Charts as SVG text, without scripts and external resources. Series differ in colour, shape and label. */

const colours = ["#3b6fb6", "#c4621d", "#4a8f3c", "#7f56a8", "#b8373a", "#8a7300", "#2a8c9c", "#a34d86"];
const width = 720;
const font = 'font-family="system-ui, sans-serif" font-size="12"';

interface Axis {
  at(value: number): number;
  ticks: { value: number; label: string }[];
}

/** A dot chart: a row per cell with its mean and interval, a small point for every run, and lines for baselines. */
export function dotChartSvg(result: ComparisonResult, task: string, metric: string): string {
  const rows = result.summary.filter((row) => row.task === task && row.metric === metric);
  const cells = rows.filter(({ baseline }) => !baseline);
  const baselines = rows.filter(({ baseline }) => baseline);
  const runs = result.cells.filter((row) => row.task === task && row.metric === metric);
  const published = (result.references ?? []).filter((row) => row.task === task && row.metric === metric);
  const values = [
    ...published.flatMap(({ models }) => models.map(({ value }) => value)),
    ...rows.flatMap(({ mean, low, high, baseline }) => (baseline ? [mean] : [mean, low ?? mean, high ?? mean])),
    ...runs.map(({ value }) => value),
  ];
  // an interval over few seeds may exceed the range of a share
  const within = limitsOf(metric, values);
  const left = 20 + 7 * Math.max(4, ...cells.map(({ cell }) => cell.length), ...published.map(({ label }) => label.length + 2));
  const top = 16 + 16 * baselines.length;
  const height = top + 30 * cells.length + 24 * published.length + 40;
  const x = axis(within(Math.min(...values)), within(Math.max(...values)), left, width - 24, (value) => formatScore(metric, value));
  const parts = [
    ...x.ticks.map(
      ({ value, label }) => line(x.at(value), top, x.at(value), height - 34, "#ddd") + text(x.at(value), height - 18, label, "middle"),
    ),
    ...baselines.map(
      ({ cell, mean }, index) =>
        line(x.at(mean), top - 4, x.at(mean), height - 34, "#777", "4 3") + text(x.at(mean), 14 + 16 * index, cell, "middle", "#555"),
    ),
    ...cells.map(({ cell, mean, low, high }, index) => {
      const y = top + 30 * index + 15;
      const colour = colourAt(index);
      const interval =
        low === null || high === null
          ? ""
          : line(x.at(within(low)), y, x.at(within(high)), y, colour, "", 2) +
            [low, high]
              .filter((end) => end === within(end))
              .map((end) => line(x.at(end), y - 5, x.at(end), y + 5, colour))
              .join("");
      const points = runs.filter((run) => run.cell === cell).map(({ value }) => circle(x.at(value), y, 2.5, colour, 0.5));
      return text(left - 10, y + 4, cell, "end") + interval + points.join("") + circle(x.at(mean), y, 5, colour);
    }),
    // not comparable, so separate from the cells and without their colours
    ...published.map(({ label, models }, index) => {
      const y = top + 30 * cells.length + 24 * index + 12;
      const places = models.map(({ value }) => x.at(value));
      const [from, to] = [Math.min(...places), Math.max(...places)];
      return (
        text(left - 10, y + 4, `${label}*`, "end", "#777") +
        `<rect x="${from.toFixed(1)}" y="${y - 6}" width="${Math.max(2, to - from).toFixed(1)}" height="12" fill="#999" opacity="0.25"/>` +
        places.map((place) => line(place, y - 6, place, y + 6, "#777")).join("")
      );
    }),
  ];
  return svg(height, parts);
}

/** Limits values of a chart to the range of a metric. */
function limitsOf(metric: string, values: readonly number[]): (value: number) => number {
  if (values.some((value) => !Number.isFinite(value))) return (value) => value;
  const [least, most] = rangeOf(metric);
  return (value) => Math.min(most, Math.max(least, value));
}

/** Scores by the FLOPs of the pre-training. If scores are ranked, a dashed line is the Pareto frontier. Undefined without two costs. */
export function frontierChartSvg(result: ComparisonResult, task: string, metric: string): string | undefined {
  const points = pointsOf(result, task, metric);
  if (points.length < 2) return undefined;
  const height = 280;
  const scores = points.map(({ score }) => score);
  const y = axis(Math.min(...scores), Math.max(...scores), height - 40, 16, (value) => formatScore(metric, value));
  const costs = points.map(({ flops }) => Math.log10(flops));
  const [least, max] = [Math.min(...costs), Math.max(...costs)];
  const wide = max - least < 0.12 ? 0.3 : 0.08;
  const x = axis(least - wide, max + wide, 70, width - 150, (value) => formatFlops(10 ** value));
  const cells = points.map(({ cell }) => cell);
  const best = areRanked(result.verdicts, cells, task, metric) ? frontierOf(points, metric) : [];
  const places = points.map(({ flops, score }) => [x.at(Math.log10(flops)), y.at(score)] as const);
  return svg(height, [
    ...x.ticks.map(
      ({ value, label }) => line(x.at(value), 16, x.at(value), height - 40, "#ddd") + text(x.at(value), height - 22, label, "middle"),
    ),
    ...y.ticks.map(({ value, label }) => line(70, y.at(value), width - 150, y.at(value), "#ddd") + text(62, y.at(value) + 4, label, "end")),
    text((70 + width - 150) / 2, height - 6, "FLOPs of pre-training", "middle", "#555"),
    ...(best.length === 0
      ? []
      : [
          polyline(
            best.map(({ flops, score }) => [x.at(Math.log10(flops)), y.at(score)]),
            "#777",
            "4 3",
          ),
        ]),
    ...points.map(({ cell }, index) => {
      const [px, py] = places[index]!;
      // labels of points that are close are stacked
      const above = places.slice(0, index).filter(([ox, oy]) => Math.abs(ox - px) < 60 && Math.abs(oy - py) < 12).length;
      return circle(px, py, 5, colourAt(index)) + text(px + 9, py + 4 - 14 * above, cell, "start");
    }),
  ]);
}

interface Point {
  cell: string;
  flops: number;
  score: number;
}

function pointsOf({ matched, summary }: ComparisonResult, task: string, metric: string): Point[] {
  return matched.cells.flatMap(({ cell, flops }) => {
    const row = summary.find((each) => each.cell === cell && each.task === task && each.metric === metric);
    return row && flops > 0 ? [{ cell, flops, score: row.mean }] : [];
  });
}

/** The points on the Pareto frontier: no cheaper point is better. */
function frontierOf(points: readonly Point[], metric: string): Point[] {
  const best: Point[] = [];
  for (const point of points.toSorted((a, b) => a.flops - b.flops || bestFirst(metric, a.score, b.score))) {
    const last = best.at(-1);
    if (!last || bestFirst(metric, point.score, last.score) < 0) best.push(point);
  }
  return best;
}

/** A curve over the pre-training of a cell: the mean over its seeds, in a band from the minimum to the maximum. */
export interface Curve {
  cell: string;
  points: { at: number; mean: number; low: number; high: number }[];
}

/** The axes of a chart of curves. */
export interface CurveAxes {
  across: string;
  showAcross(value: number): string;
  showUp(value: number): string;
}

export const lossOverSteps: CurveAxes = {
  across: "step",
  showAcross: (value) => Math.round(value).toLocaleString("en-US"),
  showUp: (value) => value.toPrecision(3),
};

export function curveChart(curves: readonly Curve[], axes: CurveAxes): string | undefined {
  const all = curves.flatMap(({ points }) => points);
  if (all.length < 2) return undefined;
  const height = 280;
  const places = all.map(({ at }) => at);
  const x = axis(Math.min(...places), Math.max(...places), 70, width - 130, axes.showAcross);
  const y = axis(Math.min(...all.map(({ low }) => low)), Math.max(...all.map(({ high }) => high)), height - 40, 16, axes.showUp);
  return svg(height, [
    ...x.ticks.map(
      ({ value, label }) => line(x.at(value), 16, x.at(value), height - 40, "#ddd") + text(x.at(value), height - 22, label, "middle"),
    ),
    ...y.ticks.map(({ value, label }) => line(70, y.at(value), width - 130, y.at(value), "#ddd") + text(62, y.at(value) + 4, label, "end")),
    text((70 + width - 130) / 2, height - 6, axes.across, "middle", "#555"),
    ...curves.map(({ cell, points }, index) => {
      const colour = colourAt(index);
      const band = [...points.map(({ at, high }) => [at, high]), ...points.toReversed().map(({ at, low }) => [at, low])];
      const path = band.map(([at, value]) => `${x.at(at!).toFixed(1)},${y.at(value!).toFixed(1)}`).join(" ");
      return (
        `<polygon points="${path}" fill="${colour}" opacity="0.15"/>` +
        polyline(
          points.map(({ at, mean }) => [x.at(at), y.at(mean)]),
          colour,
        ) +
        // many points form a curve; few are shown as single measurements
        (points.length > 8 ? "" : points.map(({ at, mean }) => circle(x.at(at), y.at(mean), 3, colour)).join("")) +
        circle(width - 120, 20 + 18 * index, 4, colour) +
        text(width - 110, 24 + 18 * index, cell, "start")
      );
    }),
  ]);
}

function axis(least: number, max: number, from: number, to: number, label: (value: number) => string): Axis {
  const margin = Math.max((max - least) * 0.06, Math.abs(max) * 1e-3, 1e-9);
  const [low, high] = [least - margin, max + margin];
  const raw = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= raw) ?? raw;
  const ticks = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) ticks.push({ value, label: label(value) });
  return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}

function colourAt(index: number): string {
  return colours[index % colours.length]!;
}

function svg(height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font} fill="#222">${parts.join("")}</svg>`;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, dash = "", stroke = 1): string {
  const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}" stroke-width="${stroke}"${dashes}/>`;
}

function polyline(points: readonly (readonly number[])[], colour: string, dash = ""): string {
  const path = points.map(([x, y]) => `${x!.toFixed(1)},${y!.toFixed(1)}`).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/>`;
}

function circle(x: number, y: number, radius: number, colour: string, opacity = 1): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour}" opacity="${opacity}"/>`;
}

function text(x: number, y: number, content: string, anchor: "start" | "middle" | "end", colour = "#222"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${escapeXml(content)}</text>`;
}

/** Escapes text for HTML and SVG, for both content and quoted attributes. */
export function escapeXml(content: string): string {
  return visible(content)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
