import { connect } from "echarts/core";
import { type Chart, createChart } from "../chart.ts";
import { dropDown, element } from "../page.ts";
import type { ToPage } from "../page-messages.ts";
import { onThemeChange, readTheme } from "../theme.ts";
import { createRunsTable, csvOfCurves, describeCurves, scoresTable } from "./curves-in-words.ts";
import { csvOfLearned, describeLearnedCourses, learnedOption } from "./learned.ts";
import { createLegend } from "./legend.ts";
import { chartOption, pictureOption } from "./options.ts";
import { paced } from "./redraw.ts";
import { type Axis, axes, type IndexRange, type Measure } from "./series.ts";
import { addRunEvaluations, addRunPoints, type CurvesState, countPoints, courseOf, emptyState, setRuns, shownRuns } from "./state.ts";

/** Learning curves of some runs, which grow while the runs go on. */
export interface Curves {
  root: HTMLElement;
  /** Applies a message about runs, points or evaluations; ignores others. */
  receive(message: ToPage): void;
}

interface MeasuredChart {
  measure: Measure;
  chart: Chart;
}

const measures: { measure: Measure; title: string; height: number }[] = [
  { measure: "loss", title: "Loss", height: 320 },
  { measure: "learning_rate", title: "Learning rate", height: 150 },
  { measure: "gradient_norm", title: "Gradient norm", height: 150 },
  { measure: "tokens_per_second", title: "Tokens per second", height: 150 },
];

const redrawMilliseconds = 200;

export function createCurves(): Curves {
  const state = emptyState();
  const charts = createCharts(state);
  const learned = createChart({ title: "Learned", renderer: "svg", height: 200, csv: () => csvOfLearned(state.runs) });
  const redraw = paced(draw, redrawMilliseconds);
  const legend = createLegend(state, redraw);
  const table = createRunsTable((run) => courseOf(state, run));
  const scores = element("table", { class: "plain" });
  const [loss, ...others] = charts.map(({ chart }) => chart.section);
  const root = element(
    "div",
    { class: "curves" },
    element("div", { class: "tools" }, axisChoice(state, charts, redraw), smoothingChoice(state, redraw)),
    legend.root,
    loss,
    element("p", { class: "muted key" }, "Solid: smoothed; faint: raw; dashed: validation; dotted: what guessing loses."),
    learned.section,
    element("div", { class: "small-charts" }, ...others),
    element("div", { class: "wide" }, table.root),
    element("div", { class: "wide" }, scores),
  );
  charts[0]!.chart.echart.on("dataZoom", redraw);
  onThemeChange(redraw);

  return {
    root,
    receive(message) {
      if (message.type === "curves") setRuns(state, message.runs);
      else if (message.type === "points") addRunPoints(state, message.run, message.points);
      else if (message.type === "evaluations") addRunEvaluations(state, message.run, message.evaluations);
      else return;
      redraw();
    },
  };

  async function draw(): Promise<void> {
    await drawCharts(state, charts);
    drawLearned(state, learned);
    root.dataset["points"] = String(countPoints(state, shownRuns(state)));
    legend.update(readTheme());
    table.update(state.runs);
    scores.replaceChildren(...scoresTable(state.runs));
  }
}

/** Creates a chart for each measure, with a shared cursor and zoom. */
function createCharts(state: CurvesState): MeasuredChart[] {
  const charts = measures.map(({ measure, title, height }) => {
    const csv = () => csvOfCurves(measure, state.runs, (run) => courseOf(state, run));
    return { measure, chart: createChart({ title, renderer: "canvas", height, csv }) };
  });
  for (const { chart } of charts) chart.echart.group = "curves";
  connect("curves");
  return charts;
}

async function drawCharts(state: CurvesState, charts: readonly MeasuredChart[]): Promise<void> {
  const theme = readTheme();
  const part = zoomedPart(charts[0]!.chart);
  for (const { measure, chart } of charts) {
    const option = chartOption(state, measure, theme, part);
    chart.set(option, pictureOption(state, measure, option, theme));
    chart.describe(describeCurves(measure, shownRuns(state), (run) => courseOf(state, run)));
    // many curves take a whole frame, so each frame draws one chart
    await nextFrame();
  }
}

/** Hidden where nothing is known of what runs learned. */
function drawLearned(state: CurvesState, chart: Chart): void {
  chart.section.hidden = state.runs.every(({ learned }) => learned.length === 0);
  if (chart.section.hidden) return;
  const option = learnedOption(state, readTheme());
  chart.set(option);
  chart.describe(describeLearnedCourses(shownRuns(state)));
}

/** The zoomed part of a chart's axis; unbounded if the whole axis is shown. */
function zoomedPart({ echart }: Chart): IndexRange {
  // there are no options before the first drawing
  const options = echart.getOption() as { dataZoom?: Zoom[] } | undefined;
  const zoom = options?.dataZoom?.[0];
  return zoom && (zoom.start > 0 || zoom.end < 100) ? { from: zoom.startValue, to: zoom.endValue } : { from: -Infinity, to: Infinity };
}

interface Zoom {
  startValue: number;
  endValue: number;
  start: number;
  end: number;
}

function axisChoice(state: CurvesState, charts: readonly MeasuredChart[], redraw: () => void): HTMLElement {
  return dropDown("Axis", axes, state.axis, (value) => {
    state.axis = value as Axis;
    for (const { chart } of charts) chart.echart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
    redraw();
  });
}

function smoothingChoice(state: CurvesState, redraw: () => void): HTMLElement {
  const slider = element("input", {
    type: "range",
    min: "0",
    max: "0.99",
    step: "0.01",
    value: String(state.smoothing),
    id: "smoothing",
    "aria-label": "Smoothing",
  });
  slider.addEventListener("input", () => {
    state.smoothing = Number(slider.value);
    redraw();
  });
  return element("div", { class: "choice" }, element("label", { for: "smoothing" }, "Smoothing"), slider);
}

/** Resolves at the next frame. There is none while the page is hidden, so nothing is drawn. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
