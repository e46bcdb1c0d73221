import { type CommentProvider, type CstNode, CstUtils } from "langium";
import type { Declaration } from "./generated/ast.ts";

/** The text of the doc comment directly before the declaration; undefined where there is none. */
export function documentationOf(declaration: Declaration, comments: CommentProvider): string | undefined {
  return isDetached(declaration) ? undefined : textOf(declaration, comments);
}

/** A doc comment with a blank line between it and the first declaration is about the whole file. */
export function documentationOfFile(first: Declaration | undefined, comments: CommentProvider): string | undefined {
  return first && isDetached(first) ? textOf(first, comments) : undefined;
}

function textOf(declaration: Declaration, comments: CommentProvider): string | undefined {
  const comment = comments.getComment(declaration);
  if (!comment?.startsWith("/**")) return undefined;
  const lines = comment.slice(3, -2).split(/\r?\n/);
  const text = lines
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
  return text === "" ? undefined : text;
}

function isDetached({ $cstNode: node }: Declaration): boolean {
  const comment = node && CstUtils.findCommentNode(node, ["ML_COMMENT"]);
  return comment !== undefined && between(comment, node!).split("\n").length > 2;
}

function between(comment: CstNode, node: CstNode): string {
  return node.root.fullText.slice(comment.end, node.offset);
}
