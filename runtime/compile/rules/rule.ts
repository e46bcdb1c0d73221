import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { ObjectiveSpec, OptimizerSpec, Ref, Spec } from "#runtime/contract/spec.ts";
import type { Use } from "../cells.ts";
import type { Files } from "../planning-files.ts";

/** A family of rules: it returns the problems of a specification in one respect. */
export type Rule = (checked: Checked) => Problem[];

export interface Checked {
  spec: Spec;
  files: Files;
  /** All pre-trainings, both declared ones and cells of comparisons. */
  uses: readonly Use[];
  /** Reads a task's files. */
  taskOf(key: Ref): { task: ResolvedTask | null; problems: Problem[] };
}

/** The value that an objective or an optimiser gives to a key of the catalogue; undefined if the specification omits it. */
export function settingOf(option: ObjectiveSpec | OptimizerSpec, key: string): unknown {
  return (option as unknown as Record<string, unknown>)[camelCase(key)];
}

export function error(code: string, path: SpecPath, message: string, fixes?: readonly string[]): Problem {
  return { severity: "error", code, path, message, ...(fixes?.length ? { fixes: [...fixes] } : {}) };
}

export function warning(code: string, path: SpecPath, message: string): Problem {
  return { severity: "warning", code, path, message };
}

export function info(code: string, path: SpecPath, message: string): Problem {
  return { severity: "info", code, path, message };
}

/** An error for each name of a list that occurred before. */
export function twice(code: string, what: string, names: readonly string[], path: SpecPath): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [error(code, [...path, index], `${what} ${name} occurs twice. Remove one.`)],
  );
}

/** Whether these shares add up to 1, within the rounding of the few digits that people write. */
export function addUpToOne(shares: readonly number[]): boolean {
  return Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6;
}

/** A share as a percentage: `0.15` becomes `15%`, without the rounding errors of binary fractions. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(10))}%`;
}
