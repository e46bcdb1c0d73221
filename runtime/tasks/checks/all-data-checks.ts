import type { DataCheck } from "./data-check.ts";
import { fileChecks } from "./file-checks.ts";
import { columnChecks, headerChecks } from "./headers.ts";
import { labelChecks, writtenLabelChecks } from "./label-checks.ts";
import { differenceChecks, fieldChecks, objectChecks, partedChecks } from "./rows.ts";

/** Every check of data, in the order in which they are made. What only one kind of task has is checked where that is read. */
export const dataChecks: readonly Omit<DataCheck<never>, "find">[] = [
  ...fileChecks,
  ...objectChecks,
  ...headerChecks,
  ...columnChecks,
  ...partedChecks,
  ...fieldChecks,
  ...writtenLabelChecks,
  ...labelChecks,
  ...differenceChecks,
];
