import type { DataCheck } from "./check.ts";
import { fileChecks } from "./files.ts";
import { columnChecks, headerChecks } from "./headers.ts";
import { labelChecks, writtenLabelChecks } from "./labels.ts";
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
