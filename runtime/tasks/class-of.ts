import { JobFailure } from "#runtime/contract/job-context.ts";

/** The class of an example's label: its index among the task's labels. Throws `JobFailure` where it is none of them. */
export function classOf(labels: readonly string[], label: string, id: string): number {
  const found = labels.indexOf(label);
  if (found < 0) throw new JobFailure(`${id}: the label "${label}" is none of ${labels.join(", ")}; plan again`);
  return found;
}
