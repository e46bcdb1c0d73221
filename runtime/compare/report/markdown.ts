import { markdownCode, markdownRow, markdownText as plain } from "#runtime/contract/markdown-text.ts";
import { referencesFor } from "./bibliography.ts";
import { type Block, matrixTable, type ReportDocument } from "./document.ts";

/** A report in Markdown, for example for a pull request, with tables instead of charts. */
export function markdownReport({ title, sections, sources }: ReportDocument): string {
  const parts = sections.flatMap(({ title: heading, blocks }) => {
    const shown = blocks.map(blockOf).filter((block) => block !== "");
    return shown.length === 0 ? [] : [`## ${plain(heading)}`, ...shown];
  });
  const references = referencesFor(sources).map(({ text }) => `- ${plain(text)}`);
  return `${[`# ${plain(title)}`, ...parts, "## Sources", references.join("\n")].join("\n\n")}\n`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return plain(block.text);
    case "list":
      return block.items.map((item) => `- ${plain(item)}`).join("\n");
    case "code":
      return markdownCode(block.text);
    case "figure":
      return "";
    case "matrix":
      return blockOf(matrixTable(block));
    case "table": {
      const rule = `| ${block.head.map((_, index) => (index === 0 ? ":--" : "--:")).join(" | ")} |`;
      return [`*${plain(block.caption)}*`, "", markdownRow(block.head), rule, ...block.rows.map(markdownRow)].join("\n");
    }
  }
}
