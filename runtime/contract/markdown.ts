import { visible } from "./visible.ts";

/** Text of data in Markdown, as one line: names are no emphasis, brackets no links, and nothing begins a heading, a list or a quotation. */
export function markdownText(text: string): string {
  const line = visible(text).replaceAll(/\s+/g, " ").trim();
  return withoutAddresses(line.replaceAll(/[\\`*_~|$<[\]]|&(?=[#\w])/g, "\\$&"))
    .replace(/^(?=[#>=]|[+-](?:[\s-]|$))/, "\\")
    .replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\");
}

/**
 * What an author wrote as Markdown in a comment, with its emphasis, lists and code but nothing that loads or leads anywhere: images,
 * links, addresses and HTML are text. Without a bracket that follows it directly, and without definitions, `[x]` is no link.
 */
export function markdownOfAuthor(text: string): string {
  const unlinked = visible(text).replaceAll("](", "]\\(").replaceAll("]:", "]\\:");
  return withoutAddresses(unlinked.replaceAll(/<(?=[a-z/!?])/gi, "&lt;"));
}

/** A block of code, whose fence is longer than any in the text. */
export function markdownCode(text: string, language = ""): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${visible(text).trimEnd()}\n${fence}`;
}

/** A table's row of cells that are text. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(" | ")} |`;
}

/** Many programs make links of addresses that stand bare in a text. */
function withoutAddresses(text: string): string {
  return text
    .replaceAll("://", "\\://")
    .replaceAll(/(\bwww)\./gi, "$1\\.")
    .replaceAll(/(\bmailto):/gi, "$1\\:");
}
