import { visible } from "./visible.ts";

/** Escapes text from data for Markdown, on one line, so that nothing in it becomes emphasis, a link, a heading, a list or a quotation. */
export function markdownText(text: string): string {
  const line = visible(text).replaceAll(/\s+/g, " ").trim();
  return withoutAddresses(line.replaceAll(/[\\`*_~|$<[\]]|&(?=[#\w])/g, "\\$&"))
    .replace(/^(?=[#>=]|[+-](?:[\s-]|$))/, "\\")
    .replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\");
}

/**
 * Markdown that an author wrote in a comment, with its emphasis, lists and code. Everything that loads or links to something (images,
 * links, addresses, HTML) becomes text. `[x]` is no link, since neither `(` nor a definition can follow it.
 */
export function markdownOfAuthor(text: string): string {
  const unlinked = visible(text).replaceAll("](", "]\\(").replaceAll("]:", "]\\:");
  return withoutAddresses(unlinked.replaceAll(/<(?=[a-z/!?])/gi, "&lt;"));
}

/** A code block, whose fence is longer than any in the text. */
export function markdownCode(text: string, language = ""): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${visible(text).trimEnd()}\n${fence}`;
}

/** A table row, whose cells are escaped as text. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(" | ")} |`;
}

/** Escapes bare addresses, which many programs turn into links. */
function withoutAddresses(text: string): string {
  return text
    .replaceAll("://", "\\://")
    .replaceAll(/(\bwww)\./gi, "$1\\.")
    .replaceAll(/(\bmailto):/gi, "$1\\:");
}
