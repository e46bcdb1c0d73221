import { type AstNode, CstUtils } from "langium";

export interface Comment {
  text: string;
  offset: number;
  /** Line of the source, from 0. */
  startLine: number;
  endLine: number;
}

/** All comments inside a parsed node, in order. */
export function commentsOf(root: AstNode): Comment[] {
  if (!root.$cstNode) return [];
  return CstUtils.flattenCst(root.$cstNode)
    .filter((leaf) => leaf.hidden && leaf.tokenType.name.endsWith("_COMMENT"))
    .map(({ text, offset, range }) => ({ text, offset, startLine: range.start.line, endLine: range.end.line }))
    .toArray();
}

/** The comment's lines at an indentation. Leading stars stay aligned. */
export function commentLines(text: string, indent: string): string[] {
  const [first = "", ...rest] = text.split(/\r?\n/);
  return [
    `${indent}${first.trimEnd()}`,
    ...rest.map((line) => (line.trimStart().startsWith("*") ? `${indent} ${line.trim()}` : line.trimEnd())),
  ];
}
