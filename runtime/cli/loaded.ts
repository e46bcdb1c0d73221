import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { JobOf, Plan } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { Store } from "#runtime/runs/store.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { suggestion } from "./nearest.ts";
import { shownPath } from "./output.ts";

/** A file that was parsed and can be compiled. */
export interface Loaded {
  file: string;
  /** The file and its imports that declare something. */
  files: string[];
  spec: Spec;
  store: Store;
  /** The kinds of the declarations with a name, including those with errors, which are not in `spec`. */
  declaredAs(name: string): DeclarationKind[];
  /** Whether the text declares something of this kind, with errors or without. */
  declares(kind: DeclarationKind): boolean;
  /** Prints each error of the text once. */
  sayErrors(): void;
  /** Prints a problem with its place and throws. */
  refuse(problem: Problem): never;
  /**
   * Compiles a declaration, or everything in the file. Its errors are printed, those of other declarations are counted. Warnings are
   * printed or counted, once each, according to the option of `load`. Throws if there is no plan.
   */
  plan(name?: string): Planned;
}

export interface Planned {
  plan: Plan;
  /** The plan without the seeds that `run --until settled` added. */
  declared: Plan;
  /** Present if the plan contains estimates: the jobs to run before planning again. */
  first?: Plan;
}

/** Throws `UsageError` unless the name is declared as one of these kinds, and `ProblemsError` if the declaration has errors. */
export function requireDeclared(loaded: Loaded, name: string, kinds: readonly UsableKind[]): void {
  const names = kinds.flatMap((kind) => Object.keys(loaded.spec[tables[kind]]));
  if (names.includes(name)) return;
  const declared = loaded.declaredAs(name);
  if (declared.some((kind) => kinds.some((each) => each === kind))) {
    loaded.sayErrors();
    throw new ProblemsError(`${name} cannot be used until its errors, or those of the declarations that it refers to, are fixed`);
  }
  const oneOfKinds = kinds.length === 1 ? kinds[0]! : `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)!}`;
  const [other] = declared;
  const found = other ? `; the file declares ${name} as ${other}` : suggestion(name, names);
  throw new UsageError(`${shownPath(loaded.file)} has no ${oneOfKinds} named ${name}${found}`);
}

export type UsableKind = "pretrain" | "finetune" | "probe" | "compare" | "objective";

/** The job of a comparison, by the name of its declaration. */
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
