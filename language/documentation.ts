import { CstUtils } from "langium";
import type { Declaration } from "./generated/ast.ts";

/** The text of the doc comment that stands on lines of its own directly before the declaration; undefined where there is none. */
export function documentationOf(declaration: Declaration): string | undefined {
  const comment = commentBefore(declaration);
  return comment && !comment.detached ? textOf(comment.text) : undefined;
}

/** A doc comment with a blank line between it and the first declaration is about the whole file. */
export function documentationOfFile(first: Declaration | undefined): string | undefined {
  const comment = first && commentBefore(first);
  return comment?.detached ? textOf(comment.text) : undefined;
}

/** What stands behind something on its line belongs to that, and to no declaration. */
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
