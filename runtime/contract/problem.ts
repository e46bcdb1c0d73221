/** A mistake that a user can make: a value, never an exception. */
export interface Problem {
  /** `info`: nothing is wrong, but the author may have meant something else, or a later step will not work. */
  severity: "error" | "warning" | "info";
  /** Stable, for filters and quick fixes: `unknown-key`, `missing-key`, `architecture-mismatch`, … */
  code: string;
  /** One or two sentences that say what was found, what was expected and what to do. */
  message: string;
  /** Place in the specification; the language finds the nearest place in the text. */
  path: SpecPath;
  /** Replacements to offer for the text at the place, best first. */
  fixes?: string[];
  /** A key of the declaration, written or not, and the value that would fix the problem. */
  set?: { key: string; value: string };
}

/**
 * The path from the root of a specification to a value: table, declaration, key, index, …:
 * `["tasks", "sentiment", "label"]`, `["comparisons", "objectives", "vary objective", 2]`. A final step `"name"` means the
 * declaration's own name. Steps after the last one that exists in the text are ignored.
 */
export type SpecPath = readonly (string | number)[];

/** A problem with its place in a file. Lines and columns are counted from 1. */
export interface PlacedProblem {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  severity: Problem["severity"];
  code: string;
  message: string;
  fixes?: string[];
  set?: { key: string; value: string };
}
