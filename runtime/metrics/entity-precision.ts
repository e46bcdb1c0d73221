import { allEntities, type EntityCounts } from "./entities.ts";

/** How many of the predicted entities are right, borders and type; 0 where none is predicted. As seqeval's `precision_score`. */
export function entityPrecision(counts: ReadonlyMap<string, EntityCounts>): number {
  const { right, predicted } = allEntities(counts);
  return predicted === 0 ? 0 : right / predicted;
}
