import { expect } from "vitest";
import { check } from "#runtime/compile/check-specification.ts";
import type { Files } from "#runtime/compile/planning-files.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { files, specOf } from "../fixtures.ts";

/** What is other than in the specification without mistakes of `fixtures.ts`. */
export type Change = Partial<Omit<Spec, "file">>;

/** A mistake, and what is said of it. */
export interface Warned {
  what: string;
  change: Change;
  code: string;
  path: SpecPath;
  says: string[];
}

export interface Refused extends Warned {
  files?: Files;
  fixes?: string[];
}

export function expectRefused({ change, files: seen, code, path, says, fixes }: Refused): void {
  const problem = problemOf(change, seen);
  expect(problem).toMatchObject({ severity: "error", code, path });
  for (const words of says) expect(problem.message).toContain(words);
  if (fixes) expect(problem.fixes).toEqual(fixes);
}

export function expectWarned({ change, code, path, says }: Warned): void {
  const problem = problemOf(change);
  expect(problem).toMatchObject({ severity: "warning", code, path });
  for (const words of says) expect(problem.message).toContain(words);
}

export function problemsOf(change: Change, seen: Files = files): Problem[] {
  return check(specOf(change), seen);
}

/** The one problem that a change brings into a specification without any. */
export function problemOf(change: Change, seen?: Files): Problem {
  const problems = problemsOf(change, seen);
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toHaveLength(1);
  return problems[0]!;
}

/** Text of a file with two labels, which `label` assigns. */
export const labelled = (label: (index: number) => string, header = "sentence\tpolarity", word = "text") =>
  [header, ...Array.from({ length: 20 }, (_, index) => `${word} ${index}\t${label(index)}`)].join("\n");

/** What a comparison varies: names, or learning rates. */
export function named(key: "corpus" | "model" | "tokenizer", ...names: string[]) {
  return [{ key, values: names.map((name) => ({ label: name, value: name })) }];
}

export function rates(...values: number[]) {
  return [{ key: "learning_rate" as const, values: values.map((value) => ({ label: `${value}`, value })) }];
}
