import { axisStyle, type EChartsOption, tooltipStyle } from "../chart.ts";
import type { CurveRun } from "../page-messages.ts";
import { colourOf, type Theme } from "../theme.ts";
import { axisText, shortNumber } from "./axis-numbers.ts";
import { bundles, type Line } from "./bundles.ts";
import { type TooltipItem, tooltipContent } from "./curves-in-words.ts";
import { guessSeries } from "./learned.ts";
import { guessLines } from "./learned-series.ts";
import { type Axis, axes, type IndexRange, lowerBound, type Measure, placeOf, thin, validationLoss } from "./series.ts";
import { type CurvesState, courseOf, curveValues, groupsOf, placesOf, shownRuns } from "./state.ts";

/* ECharts options for a state of the page. */

/** Above this number, runs are drawn without raw values and in bundles. */
const few = 12;

/**
 * The chart of one measure: a line for each shown run, or bundles of lines if there are many.
 * @param part the zoomed part of the axis
 */
export function chartOption(state: CurvesState, measure: Measure, theme: Theme, part: IndexRange): EChartsOption {
  const { axis } = state;
  const shown = shownRuns(state);
  const groups = groupsOf(state);
  const colour = ({ group }: CurveRun) => colourOf(groups, group, theme);
  const drawing = { measure, max: Math.min(2000, Math.max(100, Math.floor(16_000 / Math.max(1, shown.length)))), part };
  const lines = state.runs.length > few ? shown.map((run) => lineOf(state, run, measure, colour(run))) : null;
  return {
    animation: false,
    backgroundColor: theme.background,
    grid: { left: 8, right: 16, top: 12, bottom: measure === "loss" ? 56 : 8, containLabel: true },
    ...axesOf(axis, measure, theme),
    dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" }, ...(measure === "loss" ? [zoomSlider(theme)] : [])],
    tooltip: {
      trigger: "axis",
      ...tooltipStyle(theme),
      axisPointer: { lineStyle: { color: theme.muted } },
      formatter: (items: unknown) => tooltipContent(axis, lines ? itemsAt(lines, items as TooltipItem[]) : (items as TooltipItem[])),
    },
    series: [
      ...(lines ? bundled(state, lines, shown, drawing) : shown.flatMap((run) => seriesOf(state, run, colour(run), drawing))),
      ...(measure === "loss" ? [guessSeries(guessLines(shown), theme)] : []),
    ],
  } as EChartsOption;
}

/** Additions for a saved picture: a legend and the axis' name, without the slider. */
export function pictureOption(state: CurvesState, measure: Measure, option: EChartsOption, theme: Theme): EChartsOption {
  const shown = shownRuns(state);
  // one seed represents its cell
  const named = shown.filter(({ group }, index) => shown.findIndex((each) => each.group === group) === index);
  const labels = named.flatMap(({ label }) => (measure === "loss" ? [label, `${label}, validation`] : [label]));
  return {
    legend: { data: labels, top: 8, left: "center", textStyle: { color: theme.foreground, fontFamily: theme.font } },
    grid: { left: 8, right: 16, top: 40 + 20 * Math.floor(labels.length / 6), bottom: 30, containLabel: true },
    xAxis: { ...option.xAxis, ...axisTitle(state.axis) },
    dataZoom: [{ type: "inside", filterMode: "none" }],
  } as EChartsOption;
}

/** Settings shared by all lines of a chart. */
interface Drawing {
  measure: Measure;
  /** Approximate maximum number of points per line. */
  max: number;
  part: IndexRange;
}

function axesOf(axis: Axis, measure: Measure, theme: Theme) {
  const style = axisStyle(theme);
  return {
    xAxis: {
      type: "value",
      ...style,
      min: "dataMin",
      max: "dataMax",
      ...(measure === "loss" ? axisTitle(axis) : {}),
      axisLabel: { ...style.axisLabel, formatter: (value: number) => axisText(axis, value) },
    },
    yAxis: { type: "value", scale: true, ...style, axisLabel: { ...style.axisLabel, formatter: shortNumber } },
  };
}

function axisTitle(axis: Axis) {
  return { name: axes[axis], nameLocation: "middle", nameGap: 26 };
}

function zoomSlider(theme: Theme) {
  const unseen = { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } };
  return {
    type: "slider",
    filterMode: "none",
    height: 14,
    bottom: 6,
    showDetail: false,
    brushSelect: false,
    borderColor: theme.lines,
    fillerColor: "transparent",
    handleStyle: { color: theme.foreground },
    moveHandleStyle: { color: theme.muted },
    dataBackground: unseen,
    selectedDataBackground: unseen,
  };
}

/** The series of a run: its values; for the loss, raw and smoothed values and the validation loss. */
function seriesOf(state: CurvesState, run: CurveRun, colour: string, { measure, max, part }: Drawing) {
  const x = placesOf(state, run);
  const raw = courseOf(state, run.id).points[measure];
  const line = { type: "line", symbol: "none", silent: true, emphasis: { disabled: true }, itemStyle: { color: colour } };
  const drawn = (id: string, values: readonly number[], width: number) => ({
    ...line,
    id: `${run.id} ${id}`,
    name: run.label,
    data: thin(x, values, max, part),
    lineStyle: { color: colour, width },
  });
  if (measure !== "loss") return [drawn(measure, raw, 1.5)];
  const { x: places, y: losses } = validationOf(state, run);
  const validation = {
    ...line,
    id: `${run.id} validation`,
    name: `${run.label}, validation`,
    symbol: "circle",
    symbolSize: 5,
    data: places.map((at, index) => [at, losses[index]!]),
    lineStyle: { color: colour, width: 1.5, type: "dashed" },
  };
  if (state.smoothing === 0) return [drawn(measure, raw, 1.5), validation];
  const faint = {
    ...drawn("raw", raw, 1),
    name: `${run.label}, raw`,
    lineStyle: { color: colour, width: 1, opacity: 0.25 },
    tooltip: { show: false },
  };
  return [faint, drawn("smoothed", curveValues(state, run, measure), 2), validation];
}

/** Draws many runs: lines of one colour become one series. */
function bundled(state: CurvesState, lines: readonly Line[], shown: readonly CurveRun[], { measure, max, part }: Drawing) {
  const validation = shown.map((run, index): Line => ({ ...lines[index]!, name: `${run.label}, validation`, ...validationOf(state, run) }));
  return bundles({ solid: lines, dashed: measure === "loss" ? validation : [] }, max, part);
}

/** A run as one line; its loss is smoothed. */
function lineOf(state: CurvesState, run: CurveRun, measure: Measure, colour: string): Line {
  return { colour, name: run.label, x: placesOf(state, run), y: curveValues(state, run, measure) };
}

function validationOf(state: CurvesState, run: CurveRun): Pick<Line, "x" | "y"> {
  const course = courseOf(state, run.id);
  const places = placesOf(state, run);
  const evaluations = validationLoss(course);
  return { x: evaluations.map(({ step }) => placeOf(course, places, step)), y: evaluations.map(({ value }) => value) };
}

/** Values of bundled lines at the cursor. */
function itemsAt(lines: readonly Line[], [cursor]: readonly TooltipItem[]): TooltipItem[] {
  if (!cursor) return [];
  const [place] = cursor.value;
  return lines
    .filter(({ x }) => x.length > 0 && place <= x.at(-1)!)
    .map(({ name, colour, x, y }) => ({ seriesName: name, value: [place, y[lowerBound(x, place)]!], color: colour }));
}
