import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { learnedShares } from "#runtime/contract/describe-learning.ts";
import { formatScored } from "#runtime/contract/numbers.ts";
import { button, csvOf, element, send } from "../page.ts";
import type { CurveRun } from "../page-messages.ts";
import { axisText, shortNumber } from "./axis-numbers.ts";
import { type Axis, axes, type Course, type Measure, validationLoss } from "./series.ts";

/* The curves as text and numbers: for reading, for screen readers, for other programs. */

type CourseOf = (run: string) => Course;

/**
 * A table of the runs' current values. Rows are kept when numbers change, so that an element with focus or under the pointer is not
 * replaced.
 */
export function createRunsTable(courseOf: CourseOf): { root: HTMLElement; update(runs: readonly CurveRun[]): void } {
  const head = ["Run", "State", "Step", "Loss", "Validation loss", "Learned", "Tokens per second", ""];
  const body = element("tbody");
  const root = element(
    "table",
    { class: "plain" },
    element("caption", { class: "unseen" }, "State of each run"),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    body,
  );
  let shown = "";
  return {
    root,
    update(runs) {
      const next = JSON.stringify(runs.map(({ id, label }) => [id, label]));
      if (next !== shown) body.replaceChildren(...runs.map(emptyRow));
      shown = next;
      for (const [index, run] of runs.entries()) {
        const cells = [...body.children[index]!.children].slice(1);
        for (const [column, text] of runCells(run, courseOf(run.id)).entries()) {
          const cell = cells[column]!;
          if (cell.textContent !== text) cell.textContent = text;
        }
      }
    },
  };
}

function emptyRow({ id, label }: CurveRun): HTMLElement {
  const log = button("Log", `Show the log of ${label}`, () => send({ type: "log", run: id }));
  return element(
    "tr",
    { "data-run": id },
    element("th", { scope: "row" }, label),
    ...Array.from({ length: 6 }, () => element("td")),
    element("td", {}, log),
  );
}

function runCells({ state, steps, learned }: CurveRun, course: Course): string[] {
  const { step, loss, tokens_per_second } = course.points;
  const last = (values: readonly number[], digits: number) => (values.length === 0 ? "–" : values.at(-1)!.toFixed(digits));
  const validation = validationLoss(course).at(-1);
  const validated = validation ? validation.value.toFixed(3) : "–";
  const point = learned.at(-1);
  return [state, stepText(step.at(-1), steps), last(loss, 3), validated, point ? learnedShares(point) : "–", last(tokens_per_second, 0)];
}

/** The final scores of runs with their numbers of items; empty if there are none. */
export function scoresTable(runs: readonly CurveRun[]): Node[] {
  const rows = runs.flatMap(({ label, scores }) =>
    scores.map((score) => [
      ...(runs.length > 1 ? [label] : []),
      score.metric.replaceAll("_", " "),
      score.split,
      formatScored(score) + (metricOf(score.metric)?.unit === "percent" ? "%" : ""),
      score.n.toLocaleString("en-US"),
    ]),
  );
  if (rows.length === 0) return [];
  const head = [...(runs.length > 1 ? ["Run"] : []), "Score", "Split", "Value", "n"];
  return [
    element("caption", { class: "unseen" }, "Scores"),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element(
      "tbody",
      {},
      ...rows.map(([first, ...more]) =>
        element("tr", {}, element("th", { scope: "row" }, first ?? ""), ...more.map((text) => element("td", {}, text))),
      ),
    ),
  ];
}

export function describeCurves(measure: Measure, shown: readonly CurveRun[], courseOf: CourseOf): string {
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

export function csvOfCurves(measure: Measure, runs: readonly CurveRun[], courseOf: CourseOf): string {
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
  const validation = runs.flatMap((run) =>
    validationLoss(courseOf(run.id)).map(({ step, value }) => [`${run.label}, validation`, step, "", step * run.flopsPerStep, "", value]),
  );
  return csvOf([["run", "step", "tokens", "flops", "seconds", measure], ...rows, ...(measure === "loss" ? validation : [])]);
}

export interface TooltipItem {
  seriesName: string;
  value: [number, number];
  color: string;
}

const maxInTooltip = 20;

export function tooltipContent(axis: Axis, items: readonly TooltipItem[]): HTMLElement {
  const [first] = items;
  const head = element("div", { class: "tip-head" }, first ? `${axes[axis]}: ${axisText(axis, first.value[0])}` : "");
  const lines = items
    .filter(({ seriesName }) => !seriesName.endsWith(", raw"))
    .slice(0, maxInTooltip)
    .map(({ seriesName, value, color }) => {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = color;
      return element("div", { class: "tip" }, swatch, `${seriesName} `, element("b", {}, shortNumber(value[1])));
    });
  return element("div", {}, head, ...lines);
}

function stepText(at: number | undefined, steps: number | null): string {
  if (at === undefined) return "–";
  const of = steps === null ? "" : ` of ${steps.toLocaleString("en-US")}`;
  return `${at.toLocaleString("en-US")}${of}`;
}
