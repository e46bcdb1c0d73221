import { connect } from "echarts/core";
import { axisStyle, createChart, type EChartsOption, tooltipStyle } from "../chart.ts";
import type { CurveRun, Evaluation, Points } from "../messages.ts";
import { choice, element } from "../page.ts";
import { colourOf, onThemeChange, readTheme, type Theme } from "../theme.ts";
import { axisText, shortNumber } from "./numbers.ts";
import {
  type Axis,
  addEvaluations,
  addPoints,
  axes,
  type Course,
  emptyCourse,
  type Measure,
  placeOf,
  positions,
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

export function createCurves(): Curves {
  let runs: readonly CurveRun[] = [];
  let axis: Axis = "steps";
  let smoothing = 0.9;
  const hidden = new Set<string>();
  const courses = new Map<string, Course>();
  const smoothed = new Map<string, { length: number; weight: number; values: number[] }>();
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
      addPoints(courseOf(run), points);
      smoothed.delete(run);
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
    drawn = performance.now();
    drawing = false;
    if (waiting) {
      waiting = false;
      redraw();
    }
  }

  function optionOf(
    measure: Measure,
    shown: readonly CurveRun[],
    groups: readonly string[],
    theme: Theme,
    zoomed: { startValue: number; endValue: number } | undefined,
  ): EChartsOption {
    const style = axisStyle(theme);
    const most = Math.min(2000, Math.max(150, Math.floor(30_000 / Math.max(1, shown.length))));
    const series = shown.flatMap((run) => seriesOf(run, measure, colourOf(groups, run.group, theme), most, zoomed));
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
        formatter: (items: unknown) => tooltipContent(axis, items as TooltipItem[]),
      },
      series,
    } as EChartsOption;
  }

  function seriesOf(
    run: CurveRun,
    measure: Measure,
    colour: string,
    most: number,
    zoomed: { startValue: number; endValue: number } | undefined,
  ) {
    const course = courseOf(run.id);
    const x = positions(course, axis, run.flopsPerStep);
    const y = course.points[measure];
    const between: [number, number] = [zoomed?.startValue ?? -Infinity, zoomed?.endValue ?? Infinity];
    const line = { type: "line", symbol: "none", silent: true, emphasis: { disabled: true } };
    const isLoss = measure === "loss";
    const data = (values: readonly number[]) => thin(x, values, most, ...between);
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
    return [...(runs.length <= 12 ? [raw] : []), mean, validation()];

    function validation() {
      const points = validationLoss(course).map(({ step, value }) => [placeOf(course, x, step), value]);
      return {
        ...line,
        id: `${run.id} validation`,
        name: `${run.label}, validation`,
        symbol: "circle",
        symbolSize: 5,
        showSymbol: runs.length <= 12,
        data: points,
        lineStyle: { color: colour, width: 1.5, type: "dashed" },
        itemStyle: { color: colour },
      };
    }
  }

  function smoothedLoss(run: string, values: readonly number[]): number[] {
    const found = smoothed.get(run);
    if (found?.length === values.length && found.weight === smoothing) return found.values;
    const made = smooth(values, smoothing);
    smoothed.set(run, { length: values.length, weight: smoothing, values: made });
    return made;
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
