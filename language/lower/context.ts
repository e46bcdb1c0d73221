import type { Spec } from "#runtime/contract/spec.ts";
import type { Declaration, Named } from "../generated/ast.ts";
import type { ReadDefault } from "./read-settings.ts";

/** State of lowering one file: its inputs and the specification being filled. */
export interface Lowering {
  /** The specification, filled declaration by declaration. */
  spec: Spec;
  /** Objectives written in place, by `placeKey`. */
  places: Map<string, Named>;
  /** Declarations to leave out because they have errors; see `unusable`. */
  leftOut: ReadonlySet<Declaration>;
  readDefault: ReadDefault;
}

/** The key in `places` for an entry of a table of the specification. */
export function placeKey(table: string, key: string): string {
  return `${table} ${key}`;
}
