import { allEntities, type EntityCounts } from "./entities.ts";

/**
 * F1 of entities, borders and type right, all types together. As seqeval's `f1_score`, and as CoNLL's script.
 * @see Tjong Kim Sang and De Meulder 2003, Introduction to the CoNLL-2003 shared task, section 2.5
 */
export function entityF1(counts: ReadonlyMap<string, EntityCounts>): number {
  return f1Of(allEntities(counts));
}

/** The mean of the types' F1. As seqeval's `f1_score(average="macro")`. */
export function entityF1Macro(counts: ReadonlyMap<string, EntityCounts>): number {
  const scores = Array.from(counts.values(), f1Of);
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function f1Of({ gold, predicted, right }: EntityCounts): number {
  return gold + predicted === 0 ? 0 : (2 * right) / (gold + predicted);
}
