import { CstUtils } from "langium";
import type { Declaration } from "./generated/ast.ts";

/** The text of the doc comment on the lines directly before the declaration; undefined if there is none. */
export function documentationOf(declaration: Declaration): string | undefined {
  const comment = commentBefore(declaration);
  return comment && !comment.detached ? textOf(comment.text) : undefined;
}

/** The doc comment of the whole file: one that a blank line separates from the first declaration. */
export function documentationOfFile(first: Declaration | undefined): string | undefined {
  const comment = first && commentBefore(first);
  return comment?.detached ? textOf(comment.text) : undefined;
}

/** The doc comment before a declaration. A comment that follows something else on its line belongs to that, not to the declaration. */
function commentBefore({ $cstNode: node }: Declaration): { text: string; detached: boolean } | undefined {
  const comment = node && CstUtils.findCommentNode(node, ["ML_COMMENT"]);
  if (!comment) return undefined;
  const { fullText } = node.root;
  const lineStart = 1 + Math.max(fullText.lastIndexOf("\n", comment.offset - 1), fullText.lastIndexOf("\r", comment.offset - 1));
  if (fullText.slice(lineStart, comment.offset).trim() !== "") return undefined;
  return { text: comment.text, detached: node.range.start.line - comment.range.end.line > 1 };
}

function textOf(comment: string): string | undefined {
  if (!comment.startsWith("/**")) return undefined;
  const lines = comment.slice(3, -2).split(/\r?\n/);
  const text = lines
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
  return text === "" ? undefined : text;
}
