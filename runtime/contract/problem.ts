/** A mistake that a user can make: a value, never an exception. */
export interface Problem {
  /** `info`: nothing is wrong, but something else may have been meant, or something later will not work. */
  severity: "error" | "warning" | "info";
  /** Stable, for filters and quick fixes: `unknown-key`, `missing-key`, `architecture-mismatch`, … */
  code: string;
  /** What was found, what was expected and what to do, in one or two sentences. */
  message: string;
  /** Where in the specification; the language finds the nearest place in the text. */
  path: SpecPath;
  /** Replacements to offer for the text at the place, best first. */
  fixes?: string[];
  /** A key of the declaration that would mend it, whether it is written there or not. */
  set?: { key: string; value: string };
}

/**
 * The way from a specification's root to a value: table, declaration, key, index, …:
 * `["tasks", "sentiment", "label"]`, `["comparisons", "objectives", "vary objective", 2]`. A last step `"name"` means the
 * declaration's own name. Steps behind the last one that the text has are ignored.
 */
export type SpecPath = readonly (string | number)[];

/** A problem where the user sees it. Lines and columns count from 1. */
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
