import { type AstNode, GrammarUtils } from "langium";
import { type Block, type Declaration, type Entry, type File, isBlock, isList, isNamed, type List, type Value } from "../generated/ast.ts";
import { nameOf } from "../references/expected-value.ts";
import { type Comment, commentLines, commentsOf } from "./comments.ts";
import { inlineText, keyLabel } from "./inline.ts";

/** Maximum width of a line that can be broken at a list or a block. */
const width = 100;
const step = "  ";

/**
 * Prints a file without syntax errors: two spaces of indentation, one entry on each line, lists on one line if they fit, blocks on one line
 * if they were written so and fit, at most one blank line. A comment stays before what it preceded and after what it followed on a line, so
 * that every declaration keeps its own doc comment. Formatting twice gives the same text.
 */
export function printFile(file: File): string {
  const printer = new Printer(commentsOf(file));
  for (const statement of file.imports) printer.import(statement);
  for (const declaration of file.declarations) printer.declaration(declaration);
  return printer.finish();
}

/** The printed text and the comments still to be printed. A comment is printed when the printer reaches its place in the source. */
class Printer {
  private readonly lines: string[] = [];
  private readonly comments: Comment[];
  /** The source line on which the last printed item ended. */
  private sourceLine = 0;
  /** Whether the current block is still empty. */
  private first = true;
  private blankNext = false;
  /** Whether the last line ends in a comment that would swallow anything printed after it. */
  private endsInComment = false;

  constructor(comments: Comment[]) {
    this.comments = comments;
  }

  import(statement: File["imports"][number]): void {
    this.begin(statement, "");
    const path = GrammarUtils.findNodeForProperty(statement.$cstNode, "path")?.text ?? "";
    this.atom(`import ${path}`, statement, "");
  }

  declaration(declaration: Declaration): void {
    const value = declaration.value ?? declaration.body;
    if (!value) return;
    const head = `${declaration.kind} ${declaration.name} ${declaration.value ? "= " : ""}`;
    const open = !this.isInline(value, head, "", "");
    if (open && !this.first) this.blankNext = true;
    this.begin(declaration, "");
    this.value(value, head, "", "");
    this.blankNext = open;
  }

  finish(): string {
    this.commentsBefore(Number.POSITIVE_INFINITY, "");
    return this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
  }

  private value(value: Value, head: string, tail: string, indent: string): void {
    if (this.isInline(value, head, tail, indent)) this.atom(`${head}${inlineText(value)}${tail}`, value, indent);
    else if (isList(value)) this.open(value, head, "[", indent, () => this.items(value, indent + step), `]${tail}`);
    else if (isBlock(value)) this.open(value, head, "{", indent, () => this.entries(value, indent + step), `}${tail}`);
    else if (isNamed(value) && value.body) this.value(value.body, `${head}${nameOf(value)} `, tail, indent);
  }

  private open(value: Value, head: string, opening: string, indent: string, inside: () => void, closing: string): void {
    const [start, end] = boundsOf(value);
    this.withComments(start.offset, indent, () => this.line(`${indent}${head}${opening}`, start.line));
    this.first = true;
    inside();
    this.commentsBefore(end.offset, indent + step);
    this.first = false;
    this.line(`${indent}${closing}`, end.line);
  }

  private entries(block: Block, indent: string): void {
    for (const entry of block.entries) {
      this.begin(entry, indent);
      this.value(entry.value, `${keyLabel(entry as Entry)} `, "", indent);
    }
  }

  private items(list: List, indent: string): void {
    for (const item of list.items) {
      this.begin(item, indent);
      this.value(item, "", item === list.items.at(-1) ? "" : ",", indent);
    }
  }

  private isInline(value: Value, head: string, tail: string, indent: string): boolean {
    if (isAtomic(value)) return true;
    const [start, end] = boundsOf(value);
    if (this.comments.some(({ offset }) => offset > start.offset && offset < end.offset) || hasOpenBlock(value)) return false;
    return indent.length + head.length + inlineText(value).length + tail.length <= width;
  }

  /** Prints the comments and the blank line before a node. */
  private begin(node: AstNode, indent: string): void {
    this.commentsBefore(node.$cstNode?.offset ?? 0, indent);
    this.blankLine(node.$cstNode?.range.start.line ?? 0);
  }

  private atom(text: string, node: AstNode, indent: string): void {
    this.withComments(node.$cstNode?.end ?? 0, indent, () => this.line(`${indent}${text}`, node.$cstNode?.range.end.line ?? 0));
  }

  private line(text: string, sourceLine: number): void {
    this.lines.push(text);
    this.endsInComment = false;
    this.sourceLine = sourceLine;
    this.first = false;
  }

  private commentsBefore(offset: number, indent: string): void {
    for (const comment of this.takeComments(offset)) {
      if (this.lines.length > 0 && comment.startLine === this.sourceLine) this.commentBehind(comment, indent);
      else {
        this.blankLine(comment.startLine);
        this.addComment(comment, indent);
        this.first = false;
      }
      this.sourceLine = comment.endLine;
    }
  }

  /**
   * Prints an entry, moving comments inside it to separate lines before it. A comment inside a declaration goes after its opening brace,
   * because the doc comment ends there.
   */
  private withComments(offset: number, indent: string, print: () => void): void {
    const comments = this.takeComments(offset);
    if (indent !== "") for (const comment of comments) this.addComment(comment, indent);
    print();
    if (indent === "") for (const comment of comments) this.commentBehind(comment, indent);
  }

  /** Prints a comment after the last printed item, on the same line if it has one line or nothing else follows there. */
  private commentBehind(comment: Comment, indent: string): void {
    if (this.endsInComment && comment.startLine !== comment.endLine) {
      this.addComment(comment, indent);
      return;
    }
    const last = this.lines.pop() ?? "";
    const [first = "", ...rest] = commentLines(comment.text, " ".repeat(last.length - last.trimStart().length));
    this.lines.push(`${last} ${first.trimStart()}`);
    for (const line of rest) this.lines.push(line);
    this.endsInComment ||= comment.text.startsWith("//");
  }

  private addComment({ text }: Comment, indent: string): void {
    for (const line of commentLines(text, indent)) this.lines.push(line);
    this.endsInComment = text.startsWith("//");
  }

  private takeComments(before: number): Comment[] {
    const count = this.comments.findIndex(({ offset }) => offset >= before);
    return this.comments.splice(0, count < 0 ? this.comments.length : count);
  }

  private blankLine(startLine: number): void {
    const isApart = this.blankNext || startLine - this.sourceLine > 1;
    if (isApart && !this.first && this.lines.length > 0) this.lines.push("");
    this.blankNext = false;
  }
}

/** Whether nothing in the value can be on a line of its own. */
function isAtomic(value: Value): boolean {
  return !isList(value) && !isBlock(value) && !(isNamed(value) && value.body);
}

/** Whether the value contains a block with entries that was written on several lines. */
function hasOpenBlock(value: Value): boolean {
  if (isList(value)) return value.items.some(hasOpenBlock);
  if (isNamed(value)) return value.body !== undefined && hasOpenBlock(value.body);
  if (!isBlock(value) || value.entries.length === 0) return false;
  const range = value.$cstNode?.range;
  return (range !== undefined && range.start.line !== range.end.line) || value.entries.some((entry) => hasOpenBlock(entry.value));
}

/** The positions of a list's or block's brackets; for a value with a name, those of its settings. */
function boundsOf(value: Value): [{ offset: number; line: number }, { offset: number; line: number }] {
  const node = (isNamed(value) ? value.body : value)?.$cstNode;
  if (!node) return [nowhere, nowhere];
  return [
    { offset: node.offset, line: node.range.start.line },
    { offset: node.end - 1, line: node.range.end.line },
  ];
}

const nowhere = { offset: 0, line: 0 };
