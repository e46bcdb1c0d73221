import { AstUtils, type CstNode, GrammarUtils } from "langium";
import type { PlacedProblem, Problem } from "#runtime/contract/problem.ts";
import { type Declaration, type Entry, isBlock, isEntry, isNamed, type Named, type Value } from "./generated/ast.ts";

/** Lines and columns count from 0. */
export type TextRange = CstNode["range"];

export const startOfFile: TextRange = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The range of a declaration's name. */
export function rangeOfName(declaration: Declaration): TextRange | undefined {
  return rangeOfProperty(declaration, "name") ?? declaration.$cstNode?.range;
}

/** The range of an entry's key, or of the share before its colon. */
export function rangeOfKey(entry: Entry): TextRange | undefined {
  const parts = GrammarUtils.findNodesForProperty(entry.$cstNode, entry.weight === undefined ? "key" : "weight");
  const [first, last] = [parts.at(0), parts.at(-1)];
  return first && last ? { start: first.range.start, end: last.range.end } : entry.$cstNode?.range;
}

/** The range to mark for a value, short enough to take in at a glance: the name of a value with settings, the key of a block. */
export function rangeOfValue(value: Value): TextRange | undefined {
  if (isNamed(value)) return rangeOfTarget(value);
  if (isBlock(value) && isEntry(value.$container)) return rangeOfKey(value.$container);
  return value.$cstNode?.range;
}

export function placedAt(uriPath: string, range: TextRange, problem: Omit<Problem, "path">): PlacedProblem {
  return {
    file: uriPath,
    line: range.start.line + 1,
    column: range.start.character + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.character + 1,
    severity: problem.severity,
    code: problem.code,
    message: problem.message,
    ...(problem.fixes && problem.fixes.length > 0 ? { fixes: [...problem.fixes] } : {}),
    ...(problem.set ? { set: problem.set } : {}),
  };
}

/** The absolute path of the file that contains a node. */
export function fileOf(node: Declaration | Value): string {
  return AstUtils.getDocument(node).uri.fsPath;
}

function rangeOfTarget(named: Named): TextRange | undefined {
  return rangeOfProperty(named, "target") ?? named.$cstNode?.range;
}

export function rangeOfProperty(node: { $cstNode?: CstNode }, property: string): TextRange | undefined {
  return GrammarUtils.findNodeForProperty(node.$cstNode, property)?.range;
}
