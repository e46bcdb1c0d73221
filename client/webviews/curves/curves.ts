import { connect } from "echarts/core";
import { axisStyle, createChart, type EChartsOption, tooltipStyle } from "../chart.ts";
import type { CurveRun, Evaluation, Points } from "../messages.ts";
import { choice, element } from "../page.ts";
import { colourOf, onThemeChange, readTheme, type Theme } from "../theme.ts";
import { bundles, type Line } from "./bundles.ts";
import { axisText, shortNumber } from "./numbers.ts";
import {
  type Axis,
  addEvaluations,
  addPoints,
  axes,
  type Course,
  emptyCourse,
  lowerBound,
  type Measure,
  placeOf,
  positions,
  type Smoothed,
  type Stretch,
  smooth,
  thin,
  validationLoss,
} from "./series.ts";
import { createRunsTable, csvOfCurves, describeCurves, scoresTable, type TooltipItem, tooltipContent } from "./words.ts";

/** Learning curves of some runs: they grow while the runs go on. */
export interface Curves {
  root: HTMLElement;
  setRuns(runs: readonly CurveRun[]): void;
  add(run: string, points: Points): void;
  evaluate(run: string, evaluations: readonly Evaluation[]): void;
}

const measures: { measure: Measure; title: string; height: number; logarithmic?: boolean }[] = [
  { measure: "loss", title: "Loss", height: 320 },
  { measure: "learning_rate", title: "Learning rate", height: 150 },
  { measure: "gradient_norm", title: "Gradient norm", height: 150 },
  { measure: "tokens_per_second", title: "Tokens a second", height: 150 },
];

const redrawMilliseconds = 200;

/** More runs than these are drawn without raw values, and in bundles. */
const few = 12;

export function createCurves(): Curves {
  let runs: readonly CurveRun[] = [];
  let axis: Axis = "steps";
  let smoothing = 0.9;
  const hidden = new Set<string>();
  const courses = new Map<string, Course>();
  const smoothed = new Map<string, Smoothed>();
  const charts = measures.map(({ measure, title, height }) =>
    createChart({ title, renderer: "canvas", height, csv: () => csvOfCurves(measure, runs, courseOf) }),
  );
  // one cursor and one zoom for all
  for (const { echart } of charts) echart.group = "curves";
  connect("curves");

  const legend = element("div", { class: "legend", role: "group", "aria-label": "Shown runs" });
  const table = createRunsTable(courseOf);
  const scores = element("table", { class: "plain" });
  const slider = element("input", {
    type: "range",
    min: "0",
    max: "0.99",
    step: "0.01",
    value: String(smoothing),
    id: "smoothing",
    "aria-label": "Smoothing",
  });
  slider.addEventListener("input", () => {
    smoothing = Number(slider.value);
    redraw();
  });
  const tools = element(
    "div",
    { class: "tools" },
    choice("Axis", axes, axis, (value) => {
      axis = value as Axis;
      for (const { echart } of charts) echart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
      redraw();
    }),
    element("div", { class: "choice" }, element("label", { for: "smoothing" }, "Smoothing"), slider),
  );
  const [loss, ...others] = charts.map(({ section }) => section);
  const root = element(
    "div",
    { class: "curves" },
    tools,
    legend,
    loss,
    element("p", { class: "muted key" }, "Solid: smoothed; faint: raw; dashed: validation."),
    element("div", { class: "small-charts" }, ...others),
    element("div", { class: "wide" }, table.root),
    element("div", { class: "wide" }, scores),
  );

  let drawn = 0;
  let waiting = false;
  let drawing = false;
  const redraw = () => {
    if (waiting) return;
    waiting = true;
    if (!drawing) setTimeout(draw, Math.max(0, drawn + redrawMilliseconds - performance.now()));
  };
  charts[0]!.echart.on("dataZoom", redraw);
  onThemeChange(redraw);

  return {
    root,
    setRuns(next) {
      runs = next;
      const ids = new Set(next.map(({ id }) => id));
      for (const id of courses.keys()) if (!ids.has(id)) courses.delete(id);
      redraw();
    },
    add(run, points) {
      const { step } = courseOf(run).points;
      if (points.step[0]! <= step.at(-1)!) smoothed.delete(run);
      addPoints(courseOf(run), points);
      redraw();
    },
    evaluate(run, evaluations) {
      addEvaluations(courseOf(run), evaluations);
      redraw();
    },
  };

  function courseOf(run: string): Course {
    const found = courses.get(run) ?? emptyCourse();
    courses.set(run, found);
    return found;
  }

  async function draw(): Promise<void> {
    waiting = false;
    drawing = true;
    try {
      await drawAll();
    } finally {
      // what goes wrong once must not keep the next points from being drawn
      drawn = performance.now();
      drawing = false;
      if (waiting) {
        waiting = false;
        redraw();
      }
    }
  }

  async function drawAll(): Promise<void> {
    const theme = readTheme();
    const groups = [...new Set(runs.map(({ group }) => group))];
    const shown = runs.filter(({ id, group }) => !hidden.has(id) && !hidden.has(group));
    // there are no options before the first drawing
    const options = charts[0]!.echart.getOption() as { dataZoom?: Zoom[] } | undefined;
    const zoom = options?.dataZoom?.[0];
    const zoomed = zoom && (zoom.start > 0 || zoom.end < 100) ? zoom : undefined;
    for (const [index, chart] of charts.entries()) {
      const { measure } = measures[index]!;
      const option = optionOf(measure, shown, groups, theme, zoomed);
      chart.set(option, pictureOf(measure, option, shown, axis, theme));
      chart.describe(describeCurves(measure, shown, courseOf));
      // many curves fill a frame: one chart in each
      await nextFrame();
    }
    root.dataset["points"] = String(shown.reduce((sum, { id }) => sum + (courses.get(id)?.points.step.length ?? 0), 0));
    drawLegend(groups, theme);
    table.update(runs);
    scores.replaceChildren(...scoresTable(runs));
  }

  function optionOf(
    measure: Measure,
    shown: readonly CurveRun[],
    groups: readonly string[],
    theme: Theme,
    zoomed: { startValue: number; endValue: number } | undefined,
  ): EChartsOption {
    const style = axisStyle(theme);
    const most = Math.min(2000, Math.max(100, Math.floor(16_000 / Math.max(1, shown.length))));
    const part = { from: zoomed?.startValue ?? -Infinity, to: zoomed?.endValue ?? Infinity };
    const lines = runs.length > few ? shown.map((run) => lineOf(run, measure, colourOf(groups, run.group, theme))) : null;
    const series = lines
      ? bundled(lines, shown, measure, most, part)
      : shown.flatMap((run) => seriesOf(run, measure, colourOf(groups, run.group, theme), most, part));
    const isLoss = measure === "loss";
    return {
      animation: false,
      backgroundColor: theme.background,
      grid: { left: 8, right: 16, top: 12, bottom: isLoss ? 56 : 8, containLabel: true },
      xAxis: {
        type: "value",
        ...style,
        min: "dataMin",
        max: "dataMax",
        ...(isLoss ? { name: axes[axis], nameLocation: "middle", nameGap: 26 } : {}),
        axisLabel: { ...style.axisLabel, formatter: (value: number) => axisText(axis, value) },
      },
      yAxis: { type: "value", scale: true, ...style, axisLabel: { ...style.axisLabel, formatter: shortNumber } },
      dataZoom: [
        { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" },
        ...(isLoss
          ? [
              {
                type: "slider" as const,
                filterMode: "none" as const,
                height: 14,
                bottom: 6,
                showDetail: false,
                brushSelect: false,
                borderColor: theme.lines,
                fillerColor: "transparent",
                handleStyle: { color: theme.foreground },
                moveHandleStyle: { color: theme.muted },
                dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
                selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
              },
            ]
          : []),
      ],
      tooltip: {
        trigger: "axis",
        ...tooltipStyle(theme),
        axisPointer: { lineStyle: { color: theme.muted } },
        formatter: (items: unknown) => tooltipContent(axis, lines ? itemsAt(lines, items as TooltipItem[]) : (items as TooltipItem[])),
      },
      series,
    } as EChartsOption;
  }

  function seriesOf(run: CurveRun, measure: Measure, colour: string, most: number, part: Stretch) {
    const course = courseOf(run.id);
    const x = positions(course, axis, run.flopsPerStep);
    const y = course.points[measure];
    const line = { type: "line", symbol: "none", silent: true, emphasis: { disabled: true } };
    const isLoss = measure === "loss";
    const data = (values: readonly number[]) => thin(x, values, most, part);
    if (!isLoss || smoothing === 0)
      return [
        {
          ...line,
          id: `${run.id} ${measure}`,
          name: run.label,
          data: data(y),
          lineStyle: { color: colour, width: 1.5 },
          itemStyle: { color: colour },
        },
        ...(isLoss ? [validation()] : []),
      ];
    const raw = {
      ...line,
      id: `${run.id} raw`,
      name: `${run.label}, raw`,
      data: data(y),
      lineStyle: { color: colour, width: 1, opacity: 0.25 },
      itemStyle: { color: colour },
      tooltip: { show: false },
    };
    const mean = {
      ...line,
      id: `${run.id} smoothed`,
      name: run.label,
      data: data(smoothedLoss(run.id, y)),
      lineStyle: { color: colour, width: 2 },
      itemStyle: { color: colour },
    };
    return [raw, mean, validation()];

    function validation() {
      const points = validationOf(run);
      return {
        ...line,
        id: `${run.id} validation`,
        name: `${run.label}, validation`,
        symbol: "circle",
        symbolSize: 5,
        data: points.x.map((at, index) => [at, points.y[index]!]),
        lineStyle: { color: colour, width: 1.5, type: "dashed" },
        itemStyle: { color: colour },
      };
    }
  }

  function validationOf({ id, flopsPerStep }: CurveRun): Pick<Line, "x" | "y"> {
    const course = courseOf(id);
    const places = positions(course, axis, flopsPerStep);
    const evaluations = validationLoss(course);
    return { x: evaluations.map(({ step }) => placeOf(course, places, step)), y: evaluations.map(({ value }) => value) };
  }

  /** A run as one line: its loss smoothed. */
  function lineOf(run: CurveRun, measure: Measure, colour: string): Line {
    const course = courseOf(run.id);
    const y = course.points[measure];
    return {
      colour,
      name: run.label,
      x: positions(course, axis, run.flopsPerStep),
      y: measure === "loss" ? smoothedLoss(run.id, y) : y,
    };
  }

  function bundled(lines: readonly Line[], shown: readonly CurveRun[], measure: Measure, most: number, part: Stretch) {
    const validation = shown.map((run, index): Line => ({ ...lines[index]!, name: `${run.label}, validation`, ...validationOf(run) }));
    return bundles({ solid: lines, dashed: measure === "loss" ? validation : [] }, most, part);
  }

  function smoothedLoss(run: string, values: readonly number[]): number[] {
    const grown = smooth(values, smoothing, smoothed.get(run));
    smoothed.set(run, grown);
    return grown.values;
  }

  function drawLegend(groups: readonly string[], theme: Theme): void {
    const entries = groups.length > 1 ? groups : runs.length > 1 ? runs.map(({ id }) => id) : [];
    const labels = new Map(runs.map(({ id, label }) => [id, label]));
    const wanted = JSON.stringify([entries, theme.series]);
    if (legend.dataset["entries"] === wanted) return;
    legend.dataset["entries"] = wanted;
    legend.replaceChildren(
      ...entries.map((entry) => {
        const box = element("vscode-checkbox", { label: labels.get(entry) ?? entry, ...(hidden.has(entry) ? {} : { checked: "" }) });
        box.addEventListener("change", () => {
          if ((box as HTMLElement & { checked: boolean }).checked) hidden.delete(entry);
          else hidden.add(entry);
          redraw();
        });
        const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
        swatch.style.background = colourOf(groups, groups.includes(entry) ? entry : groups[0]!, theme);
        return element("span", { class: "entry" }, swatch, box);
      }),
    );
  }
}

/** What bundled lines come to where the cursor stands. */
function itemsAt(lines: readonly Line[], [cursor]: readonly TooltipItem[]): TooltipItem[] {
  if (!cursor) return [];
  const [place] = cursor.value;
  return lines
    .filter(({ x }) => x.length > 0 && place <= x.at(-1)!)
    .map(({ name, colour, x, y }) => ({ seriesName: name, value: [place, y[lowerBound(x, place)]!], color: colour }));
}

/** While the page is hidden there is none, and nothing is drawn. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** For a saved picture: a legend, the axis' name, and no slider. */
function pictureOf(measure: Measure, option: EChartsOption, shown: readonly CurveRun[], axis: Axis, theme: Theme): EChartsOption {
  // of the seeds of a cell one stands for all
  const named = shown.filter(({ group }, index) => shown.findIndex((each) => each.group === group) === index);
  const labels = named.flatMap(({ label }) => (measure === "loss" ? [label, `${label}, validation`] : [label]));
  const xAxis = { ...option.xAxis, name: axes[axis], nameLocation: "middle", nameGap: 26 };
  return {
    legend: { data: labels, top: 8, left: "center", textStyle: { color: theme.foreground, fontFamily: theme.font } },
    grid: { left: 8, right: 16, top: 40 + 20 * Math.floor(labels.length / 6), bottom: 30, containLabel: true },
    xAxis,
    dataZoom: [{ type: "inside", filterMode: "none" }],
  } as EChartsOption;
}

interface Zoom {
  startValue: number;
  endValue: number;
  start: number;
  end: number;
}
