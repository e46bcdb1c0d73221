import type { PairMatrix } from "#runtime/contract/pair-matrix.ts";
import { element } from "../page.ts";

/** The differences of all pairs on a score as a table, coloured by their verdicts; null without a matrix. */
export function matrixSection(score: string, matrix: PairMatrix | undefined): HTMLElement | null {
  if (!matrix) return null;
  const { names, cells } = matrix;
  const cell = (each: PairMatrix["cells"][number][number]) =>
    each ? element("td", { class: each.verdict.replaceAll(" ", "-"), title: each.told }, each.text) : element("td", { class: "same" });
  const table = element(
    "table",
    { class: "results matrix" },
    element("thead", {}, element("tr", {}, ...["", ...names].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...names.map((name, row) => element("tr", {}, element("th", { scope: "row" }, name), ...cells[row]!.map(cell)))),
  );
  return element(
    "section",
    { class: "chart" },
    element("header", {}, element("h2", {}, `Differences on ${score}, row − column`)),
    element("p", { class: "muted" }, "Green: the row is better. Red: the row is worse. Without colour: no difference was found."),
    element("div", { class: "wide" }, table),
  );
}
