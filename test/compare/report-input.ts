import { type ReportInput, reportOf } from "#runtime/compare/report/contents.ts";
import type { ReportDocument } from "#runtime/compare/report/document.ts";

/** A report of a result, with nothing else to tell. */
export function documentOf(result: ReportInput["result"]): ReportDocument {
  return reportOf({
    result,
    files: [],
    pretraining: [],
    finetuning: [],
    cells: result.matched.cells.map(({ cell }) => cell),
    tasks: [],
    curves: [],
    work: [],
    versions: [],
    fingerprints: [],
    commands: [],
    used: [],
  });
}
