import { connect } from "echarts/core";
import { axisStyle, createChart, type EChartsOption, tooltipStyle } from "../chart.ts";
import type { CurveRun, Evaluation, Points } from "../messages.ts";
import { choice, csvOf, element } from "../page.ts";
import { colourOf, onThemeChange, readTheme, type Theme } from "../theme.ts";
import {
  type Axis,
  addEvaluations,
  addPoints,
  type Course,
  emptyCourse,
  type Measure,
  positions,
  smooth,
  thin,
  validationLoss,
} from "./series.ts";

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

const axes: Record<Axis, string> = { steps: "Steps", tokens: "Tokens", flops: "FLOPs", time: "Time" };
const redrawMilliseconds = 200;

export function createCurves(): Curves {
  let runs: readonly CurveRun[] = [];
  let axis: Axis = "steps";
  let smoothing = 0.9;
  const hidden = new Set<string>();
  const courses = new Map<string, Course>();
  const smoothed = new Map<string, { length: number; weight: number; values: number[] }>();
  const charts = measures.map(({ measure, title, height }) =>
    createChart({ title, renderer: "canvas", height, csv: () => csvOfCurves(measure) }),
  );
  // one cursor and one zoom for all
  for (const { echart } of charts) echart.group = "curves";
  connect("curves");

  const legend = element("div", { class: "legend", role: "group", "aria-label": "Shown runs" });
  const table = element("table", { class: "plain" });
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
  const root = element("div", { class: "curves" }, tools, legend, loss, element("div", { class: "small-charts" }, ...others), table);

  let drawn = 0;
  let waiting = false;
  const redraw = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(draw, Math.max(0, drawn + redrawMilliseconds - performance.now()));
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

  function draw(): void {
    waiting = false;
    const theme = readTheme();
    const groups = [...new Set(runs.map(({ group }) => group))];
    const shown = runs.filter(({ id, group }) => !hidden.has(id) && !hidden.has(group));
    // there are no options before the first drawing
    const options = charts[0]!.echart.getOption() as { dataZoom?: Zoom[] } | undefined;
    const zoom = options?.dataZoom?.[0];
    const zoomed = zoom && (zoom.start > 0 || zoom.end < 100) ? zoom : undefined;
    for (const [index, chart] of charts.entries()) {
      const { measure } = measures[index]!;
      chart.set(optionOf(measure, shown, groups, theme, zoomed));
      chart.describe(describe(measure, shown));
    }
    root.dataset["points"] = String(shown.reduce((sum, { id }) => sum + (courses.get(id)?.points.step.length ?? 0), 0));
    drawLegend(groups, theme);
    drawTable();
    drawn = performance.now();
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
        formatter: (items: unknown) => tooltip(items as TooltipItem[]),
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
      const places = new Map(course.points.step.map((step, index) => [step, x[index]!]));
      const points = validationLoss(course).map(({ step, value }) => [places.get(step) ?? x.at(-1) ?? 0, value]);
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

  /** The numbers in words, for reading and for screen readers. */
  function drawTable(): void {
    const head = ["Run", "State", "Step", "Loss", "Validation loss", "Tokens a second"];
    const rows = runs.map((run) => {
      const course = courseOf(run.id);
      const { step, loss, tokens_per_second } = course.points;
      const last = (values: readonly number[], digits: number) => (values.length === 0 ? "–" : values.at(-1)!.toFixed(digits));
      const validation = validationLoss(course).at(-1);
      const at = step.at(-1);
      const cells = [
        run.label,
        run.state,
        at === undefined ? "–" : `${at.toLocaleString("en-US")} of ${run.steps.toLocaleString("en-US")}`,
        last(loss, 3),
        validation ? validation.value.toFixed(3) : "–",
        last(tokens_per_second, 0),
      ];
      return element(
        "tr",
        { "data-run": run.id },
        ...cells.map((text, index) => (index === 0 ? element("th", { scope: "row" }, text) : element("td", {}, text))),
      );
    });
    table.replaceChildren(
      element("caption", { class: "unseen" }, "Where each run stands"),
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows),
    );
  }

  function describe(measure: Measure, shown: readonly CurveRun[]): string {
    return shown
      .slice(0, 10)
      .map(({ id, label }) => {
        const { step, [measure]: values } = courseOf(id).points;
        return step.length === 0
          ? `${label}: nothing yet`
          : `${label}: ${step.length} points, last ${shortNumber(values.at(-1)!)} at step ${step.at(-1)}`;
      })
      .join("; ");
  }

  function csvOfCurves(measure: Measure): string {
    const rows = runs.flatMap((run) => {
      const { points } = courseOf(run.id);
      return points.step.map((step, index) => [
        run.label,
        step,
        points.tokens[index]!,
        step * run.flopsPerStep,
        points.seconds[index]!,
        points[measure][index]!,
      ]);
    });
    const validation =
      measure !== "loss"
        ? []
        : runs.flatMap((run) =>
            validationLoss(courseOf(run.id)).map(({ step, value }) => [
              `${run.label}, validation`,
              step,
              "",
              step * run.flopsPerStep,
              "",
              value,
            ]),
          );
    return csvOf([["run", "step", "tokens", "flops", "seconds", measure], ...rows, ...validation]);
  }

  function tooltip(items: readonly TooltipItem[]): HTMLElement {
    const [first] = items;
    const content = element(
      "div",
      {},
      element("div", { class: "tip-head" }, first ? `${axes[axis]}: ${axisText(axis, first.value[0])}` : ""),
    );
    for (const { seriesName, value, color } of items.slice(0, 20)) {
      if (seriesName.endsWith(", raw")) continue;
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = color;
      content.append(element("div", { class: "tip" }, swatch, `${seriesName} `, element("b", {}, shortNumber(value[1]))));
    }
    return content;
  }
}

interface Zoom {
  startValue: number;
  endValue: number;
  start: number;
  end: number;
}

interface TooltipItem {
  seriesName: string;
  value: [number, number];
  color: string;
}

export function shortNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(1).replace("e+", "e");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(4)));
}

function axisText(axis: Axis, value: number): string {
  if (axis === "flops") return value === 0 ? "0" : value.toExponential(1).replace("e+", "e");
  if (axis === "time")
    return value < 120 ? `${Math.round(value)} s` : value < 7200 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 10_000 ? `${Number((value / 1e3).toPrecision(3))}k` : Math.round(value).toLocaleString("en-US");
}
