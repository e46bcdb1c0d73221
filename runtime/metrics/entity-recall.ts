import { allEntities, type EntityCounts } from "./entities.ts";

/** How many of the right entities are found, borders and type; 0 where there is none. As seqeval's `recall_score`. */
export function entityRecall(counts: ReadonlyMap<string, EntityCounts>): number {
  const { right, gold } = allEntities(counts);
  return gold === 0 ? 0 : right / gold;
}
