import type { PairMatrix } from "#runtime/contract/pair-matrix.ts";
import { isFound } from "#runtime/contract/verdict-rules.ts";

/** A report independent of its format. */
export interface ReportDocument {
  title: string;
  sections: Section[];
  /** Cited sources: `Devlin et al. 2019, section 3.1`. */
  sources: string[];
}

export interface Section {
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "list"; items: string[] }
  /** A table; its first column names the rows. */
  | { kind: "table"; caption: string; head: string[]; rows: string[][] }
  /** The differences of pairs, coloured by their verdict where the format has colours. */
  | { kind: "matrix"; caption: string; matrix: PairMatrix }
  | { kind: "code"; text: string }
  /** A figure; `alt` describes it in words. */
  | { kind: "figure"; title: string; svg: string; alt: string };

/** A matrix as a table for formats without colours: an asterisk marks a difference that was found. */
export function matrixTable({ caption, matrix: { names, cells } }: Extract<Block, { kind: "matrix" }>): Extract<Block, { kind: "table" }> {
  const text = (cell: (typeof cells)[number][number]) => (cell ? `${cell.text}${isFound(cell) ? " *" : ""}` : "");
  return {
    kind: "table",
    caption: `${caption} An asterisk marks a difference that was found.`,
    head: ["", ...names],
    rows: names.map((name, row) => [name, ...cells[row]!.map(text)]),
  };
}
