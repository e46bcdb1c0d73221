import type { InputKind, InputSpecification } from "#runtime/contract/plan.ts";
import type { Embedder } from "./embedder.ts";
import { tokenEmbedder } from "./token-embedder.ts";

/** The embedder of every kind of input. A kind without an entry does not compile. */
export const embedders: { readonly [K in InputKind]: Embedder<K> } = {
  tokens: tokenEmbedder,
};

export function embedderOf<K extends InputKind>(input: Extract<InputSpecification, { kind: K }>): Embedder<K> {
  return embedders[input.kind];
}
