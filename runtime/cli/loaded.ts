import type { Job, JobOf, Plan } from "#runtime/contract/plan.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { Store } from "#runtime/store/store.ts";
import { UsageError } from "./exit.ts";
import { didYouMean } from "./nearest.ts";
import { shownPath } from "./output.ts";

/** A file whose text holds together, ready to compile. */
export interface Loaded {
  file: string;
  spec: Spec;
  store: Store;
  /** Compiles towards a declaration, or towards everything in the file; its problems are said. Throws where there is no plan. */
  plan(name?: string): Planned;
}

export interface Planned {
  plan: Plan;
  /** Present while the plan rests on estimates: what to run first, before planning again. */
  first?: Plan;
}

/** Throws `UsageError` unless the name is declared as one of these kinds. */
export function requireDeclared(loaded: Loaded, name: string, kinds: readonly RunnableKind[]): void {
  const names = kinds.flatMap((kind) => Object.keys(loaded.spec[tables[kind]]));
  if (!names.includes(name)) {
    throw new UsageError(`${shownPath(loaded.file)} has no ${kinds.join(", ")} named ${name}${didYouMean(name, names)}`);
  }
}

export type RunnableKind = "pretrain" | "finetune" | "compare";

/** Jobs of a kind, in the plan's order. */
export function jobsOf<K extends Job["kind"]>(plan: Plan, kind: K): JobOf<K>[] {
  return plan.jobs.filter((job): job is JobOf<K> => job.kind === kind);
}

const tables = { pretrain: "pretrainings", finetune: "finetunings", compare: "comparisons" } as const;
