import { DocumentValidator, type LangiumDocument } from "langium";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { placedAt } from "./text-ranges.ts";
import type { FindingData } from "./validation/report-finding.ts";

type Diagnostics = NonNullable<LangiumDocument["diagnostics"]>;

/** The problems that parsing and validation found in a document, from top to bottom. */
export function documentProblems({ uri, diagnostics }: LangiumDocument): PlacedProblem[] {
  return placedDiagnostics(
    uri.fsPath,
    (diagnostics ?? []).filter((each) => !isSilent(each)),
  );
}

/** Problems that are not reported because they may be no mistakes; see `Finding`. */
export function silentProblemsOf({ uri, diagnostics }: LangiumDocument): PlacedProblem[] {
  return placedDiagnostics(uri.fsPath, (diagnostics ?? []).filter(isSilent));
}

export function placedDiagnostics(file: string, diagnostics: Diagnostics): PlacedProblem[] {
  const problems = diagnostics.map(({ range, severity, message, data }) => {
    // Langium turns an exception in a rule into a diagnostic without data.
    const { code, fixes } = (data as FindingData | undefined) ?? { code: "internal-error", fixes: undefined };
    return placedAt(file, range, {
      severity: severities[severity ?? 1] ?? "error",
      code: isSyntax(code) ? "syntax-error" : code,
      message: typeof message === "string" ? message : message.value,
      ...(fixes ? { fixes } : {}),
    });
  });
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

function isSilent({ data }: Diagnostics[number]): boolean {
  return (data as FindingData | undefined)?.silent === true;
}

/** By `DiagnosticSeverity` of the Language Server Protocol. */
const severities: Record<number, PlacedProblem["severity"]> = { 1: "error", 2: "warning", 3: "info" };

function isSyntax(code: string): boolean {
  return code === DocumentValidator.LexingError || code === DocumentValidator.ParsingError;
}
