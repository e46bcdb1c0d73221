import * as v from "valibot";

/* Building blocks of the schemas of run folders. Fields that a schema does not name are ignored, since later versions may add some. */

export const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const numberOrNull = v.nullable(v.number());
/** 0 to 1. */
export const shareOfOne = v.number();
export const split = v.picklist(["train", "validation", "test"]);

/** A process id, at least 2: to the system, 0 and negative numbers mean groups of processes, and 1 is its first process. */
export const processId = v.pipe(v.number(), v.safeInteger(), v.minValue(2));

/** Checks a value against a schema. The problem reads like `splits.train.bytes: expected number, found "many"`. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): { value: T } | { problem: string } {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return { value: parsed.output };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  const expected = `expected ${issue.expected ?? issue.requirement ?? issue.type}, found ${issue.received}`;
  return { problem: path === null ? expected : `${path}: ${expected}` };
}
