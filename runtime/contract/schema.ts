import * as v from "valibot";

/* What the schemas of run folders are made of. Fields that a schema does not name are ignored: later versions add some. */

export const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const numberOrNull = v.nullable(v.number());
/** 0 to 1. */
export const shareOfOne = v.number();
export const split = v.picklist(["train", "validation", "test"]);

/** 0 and negative numbers name groups of processes to the system, 1 is the system itself. */
export const processId = v.pipe(v.number(), v.safeInteger(), v.minValue(2));

/** The value as the schema has it, or why it is not: `splits.train.bytes: expected number, found "many"`. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): { value: T } | { problem: string } {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return { value: parsed.output };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  const expected = `expected ${issue.expected ?? issue.requirement ?? issue.type}, found ${issue.received}`;
  return { problem: path === null ? expected : `${path}: ${expected}` };
}
