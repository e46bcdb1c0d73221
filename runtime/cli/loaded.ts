import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import type { Job, JobOf, Plan } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { Store } from "#runtime/runs/store.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { didYouMean } from "./nearest.ts";
import { shownPath } from "./output.ts";

/** A file whose syntax holds together, ready to compile. */
export interface Loaded {
  file: string;
  /** The file and those of its imports that declare something. */
  files: string[];
  spec: Spec;
  store: Store;
  /** The kinds of the declarations with a name, also of those that have errors, which `spec` lacks. */
  declaredAs(name: string): DeclarationKind[];
  /** Says the errors of the text, each once. */
  sayErrors(): void;
  /** Says a problem at its place and throws. */
  refuse(problem: Problem): never;
  /**
   * Compiles towards a declaration, or towards everything in the file. Errors are said, those of other declarations counted; warnings
   * are said or counted, as `load` was told, each once. Throws where there is no plan.
   */
  plan(name?: string): Planned;
}

export interface Planned {
  plan: Plan;
  /** The same without the seeds that `run --until settled` added. */
  declared: Plan;
  /** Present while the plan rests on estimates: what to run first, before planning again. */
  first?: Plan;
}

/** Throws `UsageError` unless the name is declared as one of these kinds, and `ProblemsError` where the declaration has errors. */
export function requireDeclared(loaded: Loaded, name: string, kinds: readonly UsableKind[]): void {
  const names = kinds.flatMap((kind) => Object.keys(loaded.spec[tables[kind]]));
  if (names.includes(name)) return;
  const declared = loaded.declaredAs(name);
  if (declared.some((kind) => kinds.some((each) => each === kind))) {
    loaded.sayErrors();
    throw new ProblemsError(`${name} cannot be used before its errors, or those of what it refers to, are mended`);
  }
  const wanted = kinds.length === 1 ? kinds[0]! : `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)!}`;
  const [other] = declared;
  const found = other ? `; its ${name} is of the kind ${other}` : didYouMean(name, names);
  throw new UsageError(`${shownPath(loaded.file)} has no ${wanted} named ${name}${found}`);
}

export type UsableKind = "pretrain" | "finetune" | "probe" | "compare" | "objective";

/** Jobs of a kind, in the plan's order. */
export function jobsOf<K extends Job["kind"]>(plan: Plan, kind: K): JobOf<K>[] {
  return plan.jobs.filter((job): job is JobOf<K> => job.kind === kind);
}

/** The job that compares what a declaration names. */
export function comparisonIn(plan: Plan, name: string): JobOf<"compare"> {
  const found = jobsOf(plan, "compare").find((job) => job.comparison === name);
  if (!found) throw new Error(`the plan of ${name} does not compare it`);
  return found;
}

const tables = {
  pretrain: "pretrainings",
  finetune: "finetunings",
  probe: "probes",
  compare: "comparisons",
  objective: "objectives",
} as const;
