import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Expectation } from "#runtime/contract/spec.ts";
import type { Arm } from "./arms.ts";

/** The expectations about two arms on a score, in either order of its two sides. */
export function expectationsOf(
  job: Pick<CompareJob, "expect">,
  left: Arm,
  right: Arm,
  task: string,
  metric: string,
  arms: readonly Arm[],
): Expectation[] {
  return job.expect.filter(
    (each) => each.task === task && each.metric === metric && sideOf(each, left.name, right.name, arms) !== undefined,
  );
}

/** Whether the pair is in the expectation's order (1) or the other (−1); undefined if the expectation is about another pair. */
export function sideOf(
  expectation: Pick<Expectation, "left" | "right">,
  left: string,
  right: string,
  arms: readonly Arm[],
): 1 | -1 | undefined {
  const lefts = namesOf(expectation.left, expectation.right, arms);
  const rights = namesOf(expectation.right, expectation.left, arms);
  if (lefts.includes(left) && rights.includes(right)) return 1;
  return lefts.includes(right) && rights.includes(left) ? -1 : undefined;
}

/** The arms that a name means. `scratch` compared with a cell means the scratch baseline of that cell's architecture. */
function namesOf(name: string, beside: string, arms: readonly Arm[]): string[] {
  if (name !== "scratch") return [name];
  return arms.filter((arm) => arm.kind === "scratch" && arm.of.includes(beside)).map((arm) => arm.name);
}
