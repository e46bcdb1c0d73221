import type { Spec } from "#runtime/contract/spec.ts";
import type { Declaration, Named } from "../generated/ast.ts";
import type { ReadDefault } from "./settings.ts";

/** What lowering a file carries along: what it reads by, and what it fills. */
export interface Lowering {
  /** Filled in, declaration by declaration. */
  spec: Spec;
  /** By `placeKey`: the text of objectives that are written in place. */
  places: Map<string, Named>;
  /** Declarations that have errors; see `unusable`. */
  leftOut: ReadonlySet<Declaration>;
  readDefault: ReadDefault;
}

/** Where an entry of a table of the specification is kept in `places`. */
export function placeKey(table: string, key: string): string {
  return `${table} ${key}`;
}
