import type { ComparisonResult, LearningCurve } from "#runtime/contract/artifacts.ts";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { formatEstimate, formatShare } from "#runtime/contract/numbers.ts";
import { axisStyle, type Chart, createChart, type EChartsOption, tooltipStyle } from "../chart.ts";
import { csvOf, element } from "../page.ts";
import { colourOf, readTheme, symbols, type Theme } from "../theme.ts";

/** Draws scores of fine-tuned checkpoints along the pre-training: one line for each cell, in a band from the worst to the best seed. */
export function learningCurveCharts({ curves = [] }: ComparisonResult, names: readonly string[]): Chart[] {
  return [...groupBy(curves, ({ task, metric }) => `${task}.${metric}`)].map(([key, of]) => {
    const chart = createChart({
      title: `${withDirection(key, of[0]!.metric)} along the pre-training`,
      renderer: "svg",
      height: 280,
      csv: () => csvOfCurves(key, of),
    });
    chart.set(curveOption(of, names, readTheme()));
    chart.describe(of.map((curve) => `${curve.cell}: ${curve.points.map((point) => pointText(curve, point)).join(", ")}`).join("; "));
    return chart;
  });
}

function curveOption(curves: readonly LearningCurve[], names: readonly string[], theme: Theme): EChartsOption {
  const style = axisStyle(theme);
  const factor = metricOf(curves[0]!.metric)?.unit === "percent" ? 100 : 1;
  return {
    animation: false,
    backgroundColor: theme.background,
    grid: { left: 8, right: 110, top: 16, bottom: 24, containLabel: true },
    xAxis: {
      type: "value",
      name: "share of the pre-training's steps",
      nameLocation: "middle",
      nameGap: 26,
      min: 0,
      max: 1,
      ...style,
      axisLabel: { ...style.axisLabel, formatter: formatShare },
    },
    yAxis: { type: "value", scale: true, ...style },
    tooltip: {
      trigger: "item",
      ...tooltipStyle(theme),
      formatter: ({ data }: { data: { tip?: string } }) => element("div", {}, data.tip ?? ""),
    },
    series: curves.flatMap((curve) => seriesOf(curve, names, factor, theme)),
  } as EChartsOption;
}

function seriesOf(curve: LearningCurve, names: readonly string[], factor: number, theme: Theme) {
  const { cell, points } = curve;
  const color = colourOf(names, cell, theme);
  const edge = { type: "line", stack: cell, stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  const low = ({ values }: LearningCurve["points"][number]) => factor * Math.min(...values);
  const high = ({ values }: LearningCurve["points"][number]) => factor * Math.max(...values);
  return [
    { ...edge, id: `${cell} least`, data: points.map((point) => [point.share, low(point)]) },
    {
      ...edge,
      id: `${cell} band`,
      areaStyle: { color, opacity: 0.15 },
      data: points.map((point) => [point.share, high(point) - low(point)]),
    },
    {
      type: "line",
      id: cell,
      symbol: symbols[Math.max(0, names.indexOf(cell)) % symbols.length],
      symbolSize: 9,
      itemStyle: { color },
      lineStyle: { color, width: 2 },
      endLabel: { show: true, color: theme.foreground, fontFamily: theme.font, formatter: () => cell },
      labelLayout: { moveOverlap: "shiftY" },
      data: points.map((point) => ({ value: [point.share, factor * point.mean], tip: `${cell}, ${pointText(curve, point)}` })),
    },
  ];
}

function pointText({ metric }: LearningCurve, { share, mean, standard_error, n }: LearningCurve["points"][number]): string {
  return `${formatEstimate(metric, mean, standard_error, n)} (n = ${n}) after ${formatShare(share)}`;
}

function csvOfCurves(key: string, curves: readonly LearningCurve[]): string {
  return csvOf([
    ["cell", "share", "step", "n", key, "low", "high", "values"],
    ...curves.flatMap(({ cell, points }) =>
      points.map(({ share, step, n, mean, low, high, values }) => [cell, share, step, n, mean, low ?? "", high ?? "", values.join(" ")]),
    ),
  ]);
}
