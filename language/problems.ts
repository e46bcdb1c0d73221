import { DocumentValidator, type LangiumDocument } from "langium";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { placedAt } from "./places.ts";
import type { FindingData } from "./validation/report.ts";

/** What parsing and validation found in a document, from top to bottom. */
export function problemsOf(document: LangiumDocument): PlacedProblem[] {
  const problems = (document.diagnostics ?? []).map(({ range, severity, message, data }) => {
    const { code, fixes } = data as FindingData;
    return placedAt(document.uri.fsPath, range, {
      severity: severity === warning ? "warning" : "error",
      code: isSyntax(code) ? "syntax-error" : code,
      message: typeof message === "string" ? message : message.value,
      ...(fixes ? { fixes } : {}),
    });
  });
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `DiagnosticSeverity.Warning` of the Language Server Protocol. */
const warning = 2;

function isSyntax(code: string): boolean {
  return code === DocumentValidator.LexingError || code === DocumentValidator.ParsingError;
}
