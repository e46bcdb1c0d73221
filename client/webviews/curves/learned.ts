import { wholePercent } from "#runtime/contract/describe-learning.ts";
import { axisStyle, type EChartsOption, tooltipStyle } from "../chart.ts";
import { csvOf } from "../page.ts";
import type { CurveRun } from "../page-messages.ts";
import { colourOf, type Theme } from "../theme.ts";
import { axisText } from "./axis-numbers.ts";
import { type TooltipItem, tooltipContent } from "./curves-in-words.ts";
import { type GuessLine, learnedCourses } from "./learned-series.ts";
import { placeOf } from "./series.ts";
import { type CurvesState, courseOf, groupsOf, placesOf, shownRuns } from "./state.ts";

/* Charts of what runs learned, and the lines of what guessing loses. */

/** A series without points that draws horizontal lines. */
export function guessSeries(lines: readonly GuessLine[], theme: Theme) {
  return {
    type: "line",
    id: "guesses",
    name: "",
    data: [],
    silent: true,
    markLine: {
      symbol: "none",
      silent: true,
      animation: false,
      lineStyle: { color: theme.muted, type: "dotted", width: 1 },
      label: { color: theme.muted, fontFamily: theme.font, position: "insideEndTop", formatter: "{b}" },
      data: lines.map(({ value, label }) => ({ yAxis: value, name: label })),
    },
  };
}

export function learnedOption(state: CurvesState, theme: Theme): EChartsOption {
  const style = axisStyle(theme);
  const groups = groupsOf(state);
  const { axis } = state;
  return {
    animation: false,
    backgroundColor: theme.background,
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    xAxis: {
      type: "value",
      ...style,
      min: "dataMin",
      max: "dataMax",
      axisLabel: { ...style.axisLabel, formatter: (value: number) => axisText(axis, value) },
    },
    yAxis: { type: "value", scale: true, ...style, axisLabel: { ...style.axisLabel, formatter: wholePercent } },
    tooltip: {
      trigger: "axis",
      ...tooltipStyle(theme),
      formatter: (items: unknown) => tooltipContent(axis, items as TooltipItem[]),
    },
    series: [
      ...learnedCourses(shownRuns(state)).map(({ run, name, points }) => {
        const colour = colourOf(groups, run.group, theme);
        const places = placesOf(state, run);
        return {
          type: "line",
          id: name,
          name,
          symbol: "circle",
          symbolSize: 5,
          silent: true,
          itemStyle: { color: colour },
          lineStyle: { color: colour, width: 1.5 },
          data: points.map(({ step, learned }) => [placeOf(courseOf(state, run.id), places, step), learned]),
        };
      }),
      guessSeries([{ value: 0, label: "guessing" }], theme),
    ],
  } as EChartsOption;
}

export function describeLearnedCourses(runs: readonly CurveRun[]): string {
  return learnedCourses(runs)
    .slice(0, 10)
    .map(({ name, points }) => `${name}: ${points.length === 0 ? "nothing yet" : wholePercent(points.at(-1)!.learned)}`)
    .join("; ");
}

export function csvOfLearned(runs: readonly CurveRun[]): string {
  const rows = learnedCourses(runs).flatMap(({ name, points }) => points.map(({ step, learned }) => [name, step, learned]));
  return csvOf([["loss", "step", "learned"], ...rows]);
}
