import { referencesFor } from "./bibliography.ts";
import type { Block, ReportDocument } from "./document.ts";

/** For a pull request: tables instead of charts. */
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
      return `\`\`\`\n${block.text.trimEnd()}\n\`\`\``;
    case "figure":
      return "";
    case "table": {
      const row = (cells: readonly string[]) => `| ${cells.map((cell) => plain(cell).replaceAll("|", "\\|")).join(" | ")} |`;
      const rule = row(block.head.map((_, index) => (index === 0 ? ":--" : "--:")));
      return [`*${plain(block.caption)}*`, "", row(block.head), rule, ...block.rows.map(row)].join("\n");
    }
  }
}

/** Names with an underscore or a star are no emphasis, and a verdict's > no quotation. */
function plain(text: string): string {
  return text.replaceAll(/[_*<`]/g, "\\$&");
}
