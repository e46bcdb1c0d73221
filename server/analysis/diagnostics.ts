import type { Diagnostic } from "vscode-languageserver";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { visible } from "#runtime/contract/visible.ts";

/** Data that a diagnostic carries for quick fixes. */
export interface DiagnosticData {
  fixes: string[];
  set?: { key: string; value: string };
}

/** `DiagnosticSeverity`. */
const severities = { error: 1, warning: 2, info: 3 } as const;

export function diagnosticOf({ line, column, endLine, endColumn, severity, code, message, fixes, set }: PlacedProblem): Diagnostic {
  return {
    range: { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } },
    severity: severities[severity],
    code,
    source: "pretrain",
    // quoted text and data must stay plain text, even in an editor that runs in a terminal
    message: visible(message),
    data: { fixes: fixes ?? [], ...(set ? { set } : {}) } satisfies DiagnosticData,
  };
}

/** The diagnostics of a file without duplicates, from top to bottom. */
export function diagnosticsOf(problems: readonly PlacedProblem[]): Diagnostic[] {
  const distinct = new Map(problems.map((problem) => [`${problem.line}:${problem.column} ${problem.message}`, problem]));
  return [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column).map(diagnosticOf);
}
