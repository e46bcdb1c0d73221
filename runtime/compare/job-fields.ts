import type { Job } from "#runtime/contract/plan.ts";

/** The settings of a job by field (`model.layers`), with the settings of the jobs that it reads in place of their ids. */
export function fieldsOf(job: Job, jobOf: (id: string) => Job | undefined): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const visit = (path: string, value: unknown) => {
    const input = typeof value === "string" ? jobOf(value) : undefined;
    if (input) visitJob(path, input);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(path === "" ? key : `${path}.${keyOf(key, inner)}`, inner);
    } else fields.set(path, value);
  };
  const visitJob = (path: string, { id: _, name: __, after: ___, fingerprint: ____, ...computed }: Job) => visit(path, computed);
  visitJob("", job);
  return fields;
}

/** The key of a value. Files are identified by their path, not by their position in the list. */
function keyOf(key: string, value: unknown): string {
  return typeof value === "object" && value !== null && "path" in value ? String(value.path) : key;
}
