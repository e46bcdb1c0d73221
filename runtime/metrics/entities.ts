import { sameLength } from "./ranks.ts";
import { type Entity, type EntityScheme, entitiesOf } from "./tag-schemes.ts";

/** Numbers of entities: in the correct tags, in the predicted tags, and in both with the same boundaries and type. */
export interface EntityCounts {
  gold: number;
  predicted: number;
  right: number;
}

/** The counts of each type of entity over all sentences. */
export function countEntities(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  scheme: EntityScheme = "default",
): Map<string, EntityCounts> {
  sameLength(gold, predicted);
  const counts = new Map<string, EntityCounts>();
  const count = (type: string, key: keyof EntityCounts) => {
    const found = counts.get(type) ?? { gold: 0, predicted: 0, right: 0 };
    found[key]++;
    counts.set(type, found);
  };
  gold.forEach((tags, sentence) => {
    const answer = predicted[sentence]!;
    if (answer.length !== tags.length) throw new RangeError(`sentence ${sentence}: ${tags.length} tags but ${answer.length} predicted`);
    const known = new Set<string>();
    for (const entity of entitiesOf(tags, scheme)) {
      known.add(keyOf(entity));
      count(entity.type, "gold");
    }
    for (const entity of entitiesOf(answer, scheme)) {
      count(entity.type, "predicted");
      if (known.has(keyOf(entity))) count(entity.type, "right");
    }
  });
  return counts;
}

function keyOf({ first, last, type }: Entity): string {
  return `${first} ${last} ${type}`;
}

/** The counts summed over all types. */
export function allEntities(counts: ReadonlyMap<string, EntityCounts>): EntityCounts {
  const all = { gold: 0, predicted: 0, right: 0 };
  for (const { gold, predicted, right } of counts.values()) {
    all.gold += gold;
    all.predicted += predicted;
    all.right += right;
  }
  return all;
}
