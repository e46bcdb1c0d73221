import type { PlacedProblem, Problem, SpecPath } from "#runtime/contract/problem.ts";
import { type Block, type Declaration, isDeclaration, isList, isNamed, type Named, type Value } from "./generated/ast.ts";
import { placeKey } from "./lower/context.ts";
import { entryOf, layersIn, layersOf, settingValues, writtenParts } from "./setting-layers.ts";
import { fileOf, placedAt, rangeOfKey, rangeOfName, rangeOfValue, startOfFile, type TextRange } from "./text-ranges.ts";

export interface Places {
  file: string;
  declarations: readonly Declaration[];
  /** Objectives written in place; see `lower`. */
  inPlace: ReadonlyMap<string, Named>;
}

/**
 * Finds the text that a problem of the specification is about: the value where it is written, even if that is inherited or in another file;
 * else the name of the declaration.
 */
export function placeProblem(problem: Problem, { file, declarations, inPlace }: Places): PlacedProblem {
  const [table = "", key = "", ...steps] = problem.path.map(String);
  const found =
    inPlace.get(placeKey(table, key)) ??
    declarations.find((declaration) => declaration.name === key && tableOf[declaration.kind] === table);
  if (!found) return placedAt(file, startOfFile, problem);
  const place = follow(found, problem.path.slice(2, 2 + steps.length));
  return placedAt(place.file, place.range ?? startOfFile, problem);
}

const tableOf: Readonly<Record<Declaration["kind"], string>> = {
  corpus: "corpora",
  tokenizer: "tokenizers",
  model: "models",
  objective: "objectives",
  task: "tasks",
  pretrain: "pretrainings",
  finetune: "finetunings",
  probe: "probes",
  compare: "comparisons",
};

interface Place {
  file: string;
  range: TextRange | undefined;
}

function follow(from: Declaration | Named, steps: SpecPath): Place {
  let place: Place = { file: fileOf(from), range: isDeclaration(from) ? rangeOfName(from) : rangeOfValue(from) };
  let layers = isDeclaration(from) ? layersWithVaried(from) : layersIn([from]);
  let values: Value[] = [];
  for (const step of steps) {
    const next = typeof step === "string" ? settingValues(layers, step) : elementAt(values, layers, step);
    const [nearest] = next;
    if (!nearest) break;
    values = next;
    place = { file: fileOf(nearest), range: rangeOfStep(nearest) };
    layers = layersIn(values);
  }
  return place;
}

/** A comparison's own layers, followed by those of the pre-training that it varies. */
function layersWithVaried(declaration: Declaration): Block[] {
  const layers = layersOf(declaration);
  const value = declaration.kind === "compare" && declaration.body ? entryOf(declaration.body, "extends")?.value : undefined;
  const varied = value && isNamed(value) ? value.target?.ref : undefined;
  return isDeclaration(varied) ? [...layers, ...layersOf(varied)] : layers;
}

/** The element of a list at an index (a single value counts as a list of one), or a part of a mixture. */
function elementAt([value]: readonly Value[], layers: readonly Block[], index: number): Value[] {
  if (value && isList(value)) return value.items.slice(index, index + 1);
  const part = writtenParts(layers)[index];
  if (part) return [part];
  return value ? [value] : [];
}

/** The range of a part of a mixture includes its share. */
function rangeOfStep(value: Value): TextRange | undefined {
  const range = rangeOfValue(value);
  if (value.$container?.$type !== "Entry" || value.$container.weight === undefined) return range;
  const key = rangeOfKey(value.$container);
  return key && range ? { start: key.start, end: range.end } : range;
}
