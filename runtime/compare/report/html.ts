import { referencesFor } from "./bibliography.ts";
import type { Block, ReportDocument } from "./document.ts";
import { escapeXml as escaped } from "./svg-charts.ts";

/** A report as one HTML file that works offline: without scripts and external resources, with charts as SVG elements. */
export function htmlReport({ title, sections, sources }: ReportDocument): string {
  const body = sections.map(
    ({ title: heading, blocks }) => `<section><h2>${escaped(heading)}</h2>\n${blocks.map(blockOf).join("\n")}</section>`,
  );
  const references = referencesFor(sources).map(({ text }) => `<li>${escaped(text)}</li>`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body.join("\n")}
<section><h2>Sources</h2><ul>${references.join("")}</ul></section>
</body>
</html>
`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre><code>${escaped(block.text)}</code></pre>`;
    case "figure":
      return `<figure role="img" aria-label="${escaped(`${block.title}. ${block.alt}`)}"><figcaption>${escaped(block.title)}</figcaption>${block.svg}</figure>`;
    case "matrix": {
      const { names, cells } = block.matrix;
      const head = ["", ...names].map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
      const cell = (each: (typeof cells)[number][number]) =>
        each ? `<td class="${each.verdict.replaceAll(" ", "-")}" title="${escaped(each.told)}">${escaped(each.text)}</td>` : "<td></td>";
      const rows = names.map((name, row) => `<tr><th scope="row">${escaped(name)}</th>${cells[row]!.map(cell).join("")}</tr>`);
      return `<table><caption>${escaped(block.caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
    }
    case "table": {
      const head = block.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("");
      const rows = block.rows.map(
        ([name = "", ...cells]) =>
          `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`,
      );
      return `<table><caption>${escaped(block.caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
    }
  }
}

const style = `
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; } caption { text-align: left; color: #555; }
th, td { padding: 0.25rem 0.75rem; text-align: right; vertical-align: top; } th:first-child { text-align: left; font-weight: normal; }
thead th { border-bottom: 1px solid #222; font-weight: bold; } tbody tr:last-child > * { border-bottom: 1px solid #222; }
td.better { background: #cfe8cf; } td.worse { background: #f3d3d0; }
figure { margin: 1.5rem 0; } figcaption { font-weight: bold; } svg { max-width: 100%; height: auto; }
pre { background: #f5f5f5; padding: 1rem; overflow-x: auto; font-size: 0.875rem; }
@media print { body { max-width: none; } }
@media screen and (prefers-color-scheme: dark) {
  td.better { background: #254d2a; } td.worse { background: #5a2a28; }
  body { color: #ddd; background: #1b1b1d; } h2 { border-color: #444; } pre { background: #26262a; } caption { color: #aaa; }
  thead th, tbody tr:last-child > * { border-color: #ddd; }
  svg text { fill: #ddd; } svg text[fill="#555"], svg text[fill="#777"] { fill: #aaa; } svg [stroke="#ddd"] { stroke: #3c3c40; }
}
`;
