import { GrammarUtils } from "langium";
import type { Import, Text } from "../generated/ast.ts";

/** Characters that may follow a `\` in a text: itself, quotes, a tab, line ends, nothing. */
const known = "\\\"'tnr0bfv";
const knownInPaths = "\\\"'";

/** The mistake in a `\` of a text, and the text as it may have been meant, in its quotes. */
export function badEscape(written: string, isPath: boolean): { message: string; fixes: string[] } | undefined {
  const inside = written.slice(1, -1);
  const isFile = isPath || /^[a-zA-Z]:\\/.test(inside);
  const bad = [...inside.matchAll(/\\(.)/gsu)].map(([, sign]) => sign!).find((sign) => !(isFile ? knownInPaths : known).includes(sign));
  if (bad === undefined) return undefined;
  const quote = written.charAt(0);
  // \\server\share keeps both leading slashes
  const slashes = `${quote}${inside.replace(/^\\{2,4}(?=\w)/, "//").replaceAll(/\\+(?!["'])/g, "/")}${quote}`;
  const doubled = `${quote}${inside.replaceAll(/\\\\|\\/g, "\\\\")}${quote}`;
  if (isFile) return { message: `Found \\${bad} in a path. Write / or \\\\ for each \\: ${slashes}`, fixes: [slashes, doubled] };
  return {
    message: `Found \\${bad}, which has no meaning. Write \\\\ for a \\ that belongs to the text, or \\t, \\n, \\" and \\' for a tab, a line end and quotes.`,
    fixes: [doubled],
  };
}

/** The text with its quotes, as written in the file. */
export function writtenText(node: Text | Import): string | undefined {
  return GrammarUtils.findNodeForProperty(node.$cstNode, node.$type === "Text" ? "text" : "path")?.text;
}
