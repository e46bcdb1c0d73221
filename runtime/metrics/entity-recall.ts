import { allEntities, type EntityCounts } from "./entities.ts";

/** Share of the correct entities that are found, with boundaries and type; 0 if there is none. As seqeval's `recall_score`. */
export function entityRecall(counts: ReadonlyMap<string, EntityCounts>): number {
  const { right, gold } = allEntities(counts);
  return gold === 0 ? 0 : right / gold;
}
