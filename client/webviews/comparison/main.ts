import "../elements.ts";
import { answersOf } from "#runtime/contract/answer.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { crossings } from "#runtime/contract/crossings.ts";
import { describeContamination, describeDifference, describeExpectation, describePublished } from "#runtime/contract/describe-results.ts";
import { titled } from "#runtime/contract/doc-text.ts";
import { hasResults } from "#runtime/contract/missing-score.ts";
import { counted } from "#runtime/contract/numbers.ts";
import { pairMatrix } from "#runtime/contract/pair-matrix.ts";
import type { Chart } from "../chart.ts";
import { createCurves } from "../curves/curves.ts";
import { button, csvOf, element, send, show, showMessage, startPage } from "../page.ts";
import type { ToPage } from "../page-messages.ts";
import { onThemeChange } from "../theme.ts";
import { dotChart, frontierChart } from "./comparison-charts.ts";
import { learningCurveCharts } from "./learning-curves.ts";
import { matrixSection } from "./matrix-section.ts";
import { cellNames, markdownOf, scoreColumns, type TableColumn, tableColumns } from "./score-columns.ts";

type Comparison = Extract<ToPage, { type: "comparison" }>;

const curves = createCurves();
const curveSection = element("section", { class: "chart-group" }, element("h2", {}, "Learning curves"), curves.root);
const statusLine = element("p", { class: "muted", role: "status" });
let comparison: Comparison | undefined;
let drawn: Chart[] = [];
let sorting: { column: number; descending: boolean } = { column: -1, descending: false };

startPage((message) => {
  curves.receive(message);
  if (message.type === "comparison") {
    const same =
      comparison && JSON.stringify([comparison.result, comparison.columns]) === JSON.stringify([message.result, message.columns]);
    comparison = message;
    // during a run only this line changes, so that the text being read stays in place
    if (same) statusLine.textContent = statusText(message);
    else draw();
  } else if (message.type === "message") showMessage(message.title, message.text);
});

onThemeChange(() => draw());

function draw(): void {
  if (!comparison) return;
  const { title, result } = comparison;
  statusLine.textContent = statusText(comparison);
  const question = result.question === undefined ? undefined : titled(result.question);
  const names = cellNames(result);
  const scores = scoreColumns(result);
  for (const { echart } of drawn) echart.dispose();
  const dots = scores.map((column) => dotChart(column, names));
  const frontiers = scores.map((column) => frontierChart(column, result, names)).filter((chart) => chart !== undefined);
  const courses = learningCurveCharts(result, names);
  drawn = [...dots, ...frontiers, ...courses];
  show(
    element("h1", {}, question?.title ?? title),
    ...(question?.paragraphs ?? []).map((text) => element("p", {}, text)),
    statusLine,
    answerOf(result),
    ...dots.map(({ section }) => section),
    tableSection(names, tableColumns(result, comparison.columns)),
    ...scores.map(({ key, task, metric }) => matrixSection(key, pairMatrix(result, task, metric))),
    expectedOf(result),
    listed("To know", result.warnings),
    pairsOf(result),
    ...frontiers.map(({ section }) => section),
    ...courses.map(({ section }) => section),
    curveSection,
    listed(
      "Where the order changes",
      scores.flatMap(({ task, metric }) => crossings(result, task, metric)),
    ),
    listed("Matched", matchedText(result)),
    listed("* Published", describePublished(result)),
    listed("Contamination", describeContamination(result)),
    listed(
      "Notes",
      (result.notes ?? []).map(({ text }) => text),
    ),
    result.method ? element("p", { class: "muted" }, result.method) : null,
  );
}

function statusText({ title, status, result }: Comparison): string {
  return [result.question ? title : "", status].filter(Boolean).join(" · ");
}

/** The answer in a sentence for each task, before any chart. */
function answerOf(result: ComparisonResult): HTMLElement {
  if (!hasResults(result))
    return element("p", { class: "empty" }, "There are no results yet. Run the comparison; results appear here as jobs finish.");
  return element("div", { class: "answer", role: "status" }, ...answersOf(result).map(({ sentence }) => element("p", {}, sentence)));
}

function expectedOf({ expectations }: ComparisonResult): HTMLElement | null {
  if (expectations.length === 0) return null;
  const lines = expectations.map((each) => element("li", { class: each.answer }, `Expected ${describeExpectation(each)}`));
  return element("div", { class: "verdicts" }, element("ul", { "aria-label": "Expectations" }, ...lines));
}

/** Every pair in words, collapsed: the matrix shows them all. */
function pairsOf({ verdicts }: ComparisonResult): HTMLElement | null {
  if (verdicts.length === 0) return null;
  const line = (verdict: ComparisonResult["verdicts"][number]) => element("li", { class: verdict.verdict }, describeDifference(verdict));
  return element(
    "details",
    { class: "verdicts" },
    element("summary", {}, `${counted(verdicts.length, "pair")} in words`),
    element("ul", { "aria-label": "Pairs" }, ...verdicts.map(line)),
  );
}

function tableSection(names: readonly string[], columns: readonly TableColumn[]): HTMLElement {
  const { column, descending } = sorting;
  const order = column < 0 ? undefined : columns[column]?.order;
  const rows = order ? [...names].sort((a, b) => compareValues(order[a], order[b]) * (descending ? -1 : 1)) : names;
  const head = columns.map(({ label, first }, index) => {
    const state = index !== column ? "none" : descending ? "descending" : "ascending";
    const sort = element(
      "button",
      { type: "button", class: "sort", title: `Sort by ${label}` },
      label,
      index === column ? (descending ? " ▾" : " ▴") : "",
    );
    sort.addEventListener("click", () => {
      sorting = { column: index, descending: index === column ? !descending : first === "descending" };
      draw();
      document.querySelectorAll<HTMLElement>("button.sort")[index]?.focus();
    });
    return element("th", { scope: "col", "aria-sort": state }, sort);
  });
  const table = element(
    "table",
    { class: "results" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, ""), ...head)),
    element(
      "tbody",
      {},
      ...rows.map((cell) =>
        element("tr", {}, element("th", { scope: "row" }, cell), ...columns.map(({ text }) => element("td", {}, text[cell] ?? "–"))),
      ),
    ),
  );
  const csv = () =>
    csvOf([["", ...columns.map(({ label }) => label)], ...rows.map((cell) => [cell, ...columns.map(({ text }) => text[cell] ?? "")])]);
  const buttons = element(
    "div",
    { class: "buttons" },
    button("Copy as Markdown", "Copy the table as Markdown", () => send({ type: "copy", text: markdownOf(rows, columns) })),
    button("CSV", "Save the table as CSV", () => send({ type: "save", name: "comparison", format: "csv", content: csv() })),
  );
  return element(
    "section",
    { class: "chart" },
    element("header", {}, element("h2", {}, "Table"), buttons),
    element("div", { class: "wide" }, table),
  );
}

function compareValues(left: number | string | undefined, right: number | string | undefined): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  return String(left).localeCompare(String(right), "en", { numeric: true });
}

function matchedText({ matched }: ComparisonResult): string[] {
  if (matched.cells.length < 2 || matched.match === "") return [];
  return [`Matched in ${matched.match}; the table shows their other differences.`];
}

function listed(title: string, lines: readonly string[]): HTMLElement | null {
  return lines.length === 0
    ? null
    : element("section", {}, element("h2", {}, title), element("ul", {}, ...lines.map((line) => element("li", {}, line))));
}
