import { quoted } from "#runtime/tasks/checks/data-check.ts";
import { ProblemsError } from "./exit.ts";
import type { ReadValue } from "./score-files.ts";

/** The references in the order of the predictions: by id if both have ids, else line by line. Throws if any has no counterpart. */
export function matchedTo(
  predictions: readonly ReadValue[],
  predictionFile: string,
  references: readonly ReadValue[],
  referenceFile: string,
): readonly ReadValue[] {
  if (predictions.some(hasId) && references.some(hasId)) {
    const predicted = byId(predictions, predictionFile);
    const right = byId(references, referenceFile);
    const missing = [...right].find(([id]) => !predicted.has(id));
    if (missing) throw new ProblemsError(`${predictionFile} has no prediction for ${placeWithId(missing[1])}`);
    return [...predicted].map(([id, prediction]) => {
      const found = right.get(id);
      if (!found) throw new ProblemsError(`${placeWithId(prediction)} is in ${predictionFile} but not in ${referenceFile}`);
      return found;
    });
  }
  if (predictions.length === references.length) return references;
  throw new ProblemsError(
    `${predictionFile} has ${predictions.length} values but ${referenceFile} has ${references.length}; each prediction needs its own`,
  );
}

function hasId({ id }: ReadValue): boolean {
  return id !== undefined;
}

/** Values by id, in the order of the file. Throws if an id is missing or repeated. */
function byId(values: readonly ReadValue[], file: string): Map<string, ReadValue> {
  const known = new Map<string, ReadValue>();
  for (const value of values) {
    const { id, place } = value;
    if (id === undefined) throw new ProblemsError(`${place}: no id, although others in ${file} have one; give each an id, or none`);
    if (known.has(id)) throw new ProblemsError(`${place}: the id ${quoted(id)} occurs twice in ${file}; give each its own id`);
    known.set(id, value);
  }
  return known;
}

/** The place of a value with its id; a place in a JSON document already contains the id. */
function placeWithId({ id = "", place }: ReadValue): string {
  return place.endsWith(`["${id}"]`) ? place : `${place} (id ${quoted(id)})`;
}
