import type { LangiumDocument } from "langium";
import type { Formatter } from "langium/lsp";
import type { DocumentRangeFormattingParams, TextEdit } from "vscode-languageserver";
import type { File } from "#language/generated/ast.ts";
import { printFile } from "#language/text/print-file.ts";
import { hasSyntaxErrors } from "#language/validation/report-finding.ts";

/** Formats as the command line does. A text with syntax errors stays unchanged. */
export class PretrainFormatter implements Formatter {
  formatDocument(document: LangiumDocument): TextEdit[] {
    if (hasSyntaxErrors(document)) return [];
    return lineEdits(document.textDocument.getText(), printFile((document as LangiumDocument<File>).parseResult.value));
  }

  /** Formats the document and keeps the edits that touch the range. */
  formatDocumentRange(document: LangiumDocument, { range }: DocumentRangeFormattingParams): TextEdit[] {
    return this.formatDocument(document).filter(
      (edit) => edit.range.start.line <= range.end.line && edit.range.end.line >= range.start.line,
    );
  }

  formatDocumentOnType(): TextEdit[] {
    return [];
  }

  get formatOnTypeOptions(): undefined {
    return undefined;
  }
}

/**
 * Edits of whole lines that turn one text into another. Unchanged lines are not touched, so that cursors and breakpoints keep their places.
 */
export function lineEdits(before: string, after: string): TextEdit[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const edits: TextEdit[] = [];
  let [line, next] = [0, 0];
  const replace = (until: number, untilNext: number) => {
    if (until > line || untilNext > next) {
      const range = { start: { line, character: 0 }, end: { line: until, character: 0 } };
      edits.push({ range: clipped(range, old), newText: fresh.slice(next, untilNext).join("") });
    }
  };
  for (const [index, nextIndex] of commonLines(old, fresh)) {
    replace(index, nextIndex);
    [line, next] = [index + 1, nextIndex + 1];
  }
  replace(old.length, fresh.length);
  return edits;
}

/** Lines with their line ends, so that a missing last line end is a difference. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Clips a range to the text: no line follows a last line without a line end. */
function clipped(range: TextEdit["range"], lines: readonly string[]): TextEdit["range"] {
  const last = lines.at(-1);
  if (range.end.line < lines.length || last === undefined || last.endsWith("\n")) return range;
  return { start: range.start, end: { line: lines.length - 1, character: last.length } };
}

/** Maximum number of line comparisons. If a large text changes nearly everywhere, the changed part is replaced as a whole. */
const maxComparisons = 4_000_000;

/** Pairs of indices of equal lines: a longest common subsequence, by dynamic programming (Hunt and Szymanski 1977). */
function commonLines(old: readonly string[], fresh: readonly string[]): [number, number][] {
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end++;
  const isLarge = (old.length - start - end) * (fresh.length - start - end) > maxComparisons;
  const [rows, columns] = isLarge ? [0, 0] : [old.length - start - end, fresh.length - start - end];
  const lengths = new Uint32Array((rows + 1) * (columns + 1));
  const at = (row: number, column: number) => row * (columns + 1) + column;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      lengths[at(row, column)] =
        old[start + row] === fresh[start + column]
          ? lengths[at(row + 1, column + 1)]! + 1
          : Math.max(lengths[at(row + 1, column)]!, lengths[at(row, column + 1)]!);
    }
  }
  const pairs: [number, number][] = Array.from({ length: start }, (_, index) => [index, index]);
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (old[start + row] === fresh[start + column]) pairs.push([start + row++, start + column++]);
    else if (lengths[at(row + 1, column)]! >= lengths[at(row, column + 1)]!) row++;
    else column++;
  }
  for (let index = end; index > 0; index--) pairs.push([old.length - index, fresh.length - index]);
  return pairs;
}
