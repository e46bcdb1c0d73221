import { allEntities, type EntityCounts } from "./entities.ts";

/** Share of the predicted entities whose boundaries and type are correct; 0 if none is predicted. As seqeval's `precision_score`. */
export function entityPrecision(counts: ReadonlyMap<string, EntityCounts>): number {
  const { right, predicted } = allEntities(counts);
  return predicted === 0 ? 0 : right / predicted;
}
