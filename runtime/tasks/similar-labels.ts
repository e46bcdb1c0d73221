import type { Split } from "#runtime/contract/spec.ts";
import { type DataFlaw, flaws } from "./checks/data-check.ts";
import { firstOfEach, type LabelSeen, labelChecks, writtenLabelChecks } from "./checks/label-checks.ts";
import type { TaskProblem } from "./example.ts";

/** Labels of which one is probably meant: the same except for invisible characters, as numbers, or for capital letters. */
export function labelsAlike<E extends { id: string }>(
  splits: Readonly<Record<Split, readonly E[]>>,
  labelsOf: (example: E) => readonly string[],
  key: string,
): TaskProblem[] {
  const all = [...splits.train, ...splits.validation, ...splits.test];
  return flaws(labelChecks, "task", firstOfEach(labelsSeen(all, labelsOf))).map((flaw) => labelProblem(flaw, key));
}

/** Labels of a file that have spaces around them, which are not read. */
export function labelsWithSpaces(labels: readonly LabelSeen[], key: Split): TaskProblem[] {
  return flaws(writtenLabelChecks, "task", labels).map((flaw) => labelProblem(flaw, key));
}

function labelProblem({ severity, code, message }: DataFlaw, key: string): TaskProblem {
  return { severity, code, message, key };
}

function* labelsSeen<E extends { id: string }>(examples: readonly E[], labelsOf: (example: E) => readonly string[]): Generator<LabelSeen> {
  for (const example of examples) for (const label of labelsOf(example)) yield { label, id: example.id };
}

/** One label alone teaches nothing. */
export function oneLabel(labels: readonly string[], key: string): TaskProblem[] {
  if (labels.length !== 1) return [];
  const message = `all training examples have the label "${labels[0]}"; there is nothing to tell apart`;
  return [{ severity: "error", code: "one-class", message, key }];
}

/** Labels that only validation or test examples have: a model cannot answer with them. */
export function unseenLabels<E extends { id: string }>(
  splits: Readonly<Record<Split, readonly E[]>>,
  labelsOf: (example: E) => readonly string[],
  labels: readonly string[],
  severity: TaskProblem["severity"] = "error",
): TaskProblem[] {
  const known = new Set(labels);
  if (known.size < 2) return [];
  return (["validation", "test"] as const).flatMap((split): TaskProblem[] => {
    const unseen = splits[split].flatMap((example) => labelsOf(example).map((label) => ({ label, id: example.id })));
    const unknown = unseen.filter(({ label }) => !known.has(label));
    const first = unknown[0];
    if (!first) return [];
    const message =
      `${first.id}: the label "${first.label}" does not occur in training (rows with such labels: ${unknown.length}); ` +
      `training has ${shortList(labels)}`;
    return [{ severity, code: "unknown-label", message, key: split }];
  });
}

function shortList(labels: readonly string[]): string {
  const shown = labels.slice(0, 8).map((label) => `"${label}"`);
  return labels.length > shown.length ? `${shown.join(", ")} and ${labels.length - shown.length} more` : shown.join(", ");
}
