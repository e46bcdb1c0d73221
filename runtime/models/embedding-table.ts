import type { Parameter } from "./parameters.ts";

/** Standard deviation of initial weights (Radford et al. 2019; Devlin et al. 2019). */
export const deviation = 0.02;

/** A table of embeddings, (rows, width). */
export function embeddingTable(name: string, shape: readonly number[], decay: boolean) {
  return { name, shape, initial: { normal: deviation }, decay, embedding: true, layer: null } satisfies Parameter;
}
