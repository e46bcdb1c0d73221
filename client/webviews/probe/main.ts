import "../elements.ts";
import { type ProbeResult, probeRows } from "#runtime/contract/probe.ts";
import { button, csvOf, element, send, show, showMessage, startAnswerPage } from "../page.ts";

startAnswerPage((result: ProbeResult) => {
  const { probe } = result;
  const { head, rows, warnings } = probeRows(result);
  if (head.length === 1) return showMessage(probe, "There are no results yet. Press Run above the probe to see its scores here.");
  const cells = (tag: "th" | "td", texts: readonly string[]) => texts.map((text) => element(tag, {}, text));
  show(
    element("h1", {}, probe),
    element("p", { class: "muted" }, "What a linear classifier finds in each layer, on the test split."),
    element(
      "table",
      { class: "results" },
      element("thead", {}, element("tr", {}, ...cells("th", head))),
      element("tbody", {}, ...rows.map(([layer = "", ...scores]) => element("tr", {}, ...cells("th", [layer]), ...cells("td", scores)))),
    ),
    element("ul", {}, ...warnings.map((line) => element("li", {}, line))),
    button("CSV", "Save the table as CSV", () => send({ type: "save", name: probe, format: "csv", content: csvOf([head, ...rows]) })),
  );
});
