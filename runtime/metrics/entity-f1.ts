import { allEntities, type EntityCounts } from "./entities.ts";

/**
 * F1 of entities over all types; boundaries and type must be correct. As seqeval's `f1_score` and CoNLL's script.
 * @see Tjong Kim Sang and De Meulder 2003, Introduction to the CoNLL-2003 shared task, section 2.5
 */
export function entityF1(counts: ReadonlyMap<string, EntityCounts>): number {
  return f1Of(allEntities(counts));
}

/** Entity F1, averaged over the types. As seqeval's `f1_score(average="macro")`. */
export function entityF1Macro(counts: ReadonlyMap<string, EntityCounts>): number {
  const scores = Array.from(counts.values(), f1Of);
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function f1Of({ gold, predicted, right }: EntityCounts): number {
  return gold + predicted === 0 ? 0 : (2 * right) / (gold + predicted);
}
