import { declarationOf, extendsKey, type Key, optionOf } from "#runtime/contract/catalogue/index.ts";
import { type Documented, emptySpec, type Spec } from "#runtime/contract/spec.ts";
import type { Block, Declaration, Named } from "./generated/ast.ts";
import { lowerComparison } from "./lower/comparisons.ts";
import type { Lowering } from "./lower/context.ts";
import { lowerCorpus, lowerFinetune, lowerModel, lowerPretrain, lowerProbe, lowerTokenizer } from "./lower/declarations.ts";
import { lowerObjective } from "./lower/objectives.ts";
import { bug, type ReadDefault, type Settings, settingsOf } from "./lower/read-settings.ts";
import { mixtureParts, objectiveRef } from "./lower/references.ts";
import { lowerTask } from "./lower/tasks.ts";
import { nameOf } from "./references/expected-value.ts";
import { layersOf } from "./setting-layers.ts";

export interface LowerOptions {
  /** Absolute path of the file to lower. */
  file: string;
  /** Declarations of the file and of the files it imports. */
  declarations: readonly Declaration[];
  /** Declarations to leave out because they have errors; see `unusable`. */
  leftOut: ReadonlySet<Declaration>;
  readDefault: ReadDefault;
  docOf(declaration: Declaration): string | undefined;
  /** The doc comment of the file. */
  doc: string | undefined;
}

export interface Lowered {
  spec: Spec;
  /** Objectives written in place, by table and key of the specification; see `placeKey`. */
  places: ReadonlyMap<string, Named>;
}

/**
 * Turns the syntax tree into the specification: names are resolved, `extends` is merged, defaults are filled in. No later stage knows the
 * grammar. If the objective of a varied value is left out, the comparison keeps its name without an entry.
 */
export function lower({ file, declarations, leftOut, readDefault, docOf, doc }: LowerOptions): Lowered {
  const lowering: Lowering = {
    spec: { ...emptySpec(file), ...(doc === undefined ? {} : { doc }) },
    places: new Map(),
    leftOut,
    readDefault,
  };
  for (const declaration of declarations) {
    if (leftOut.has(declaration)) continue;
    const layers = layersOf(declaration);
    const settings = settingsOf(layers, keysOf(declaration), readDefault);
    const text = docOf(declaration);
    lowerInto[declaration.kind](lowering, { declaration, layers, settings, doc: text === undefined ? {} : { doc: text } });
  }
  return { spec: lowering.spec, places: lowering.places };
}

interface Declared {
  declaration: Declaration;
  layers: readonly Block[];
  settings: Settings;
  doc: Documented;
}

/** Adds a declaration to the specification, by kind of declaration. */
const lowerInto: Record<Declaration["kind"], (lowering: Lowering, declared: Declared) => void> = {
  corpus({ spec }, { declaration, settings, doc }) {
    spec.corpora[declaration.name] = { ...doc, ...lowerCorpus(settings) };
  },
  tokenizer({ spec }, { declaration, settings, doc }) {
    spec.tokenizers[declaration.name] = { ...doc, ...lowerTokenizer(settings) };
  },
  model({ spec }, { declaration, settings, doc }) {
    spec.models[declaration.name] = { ...doc, ...lowerModel(settings) };
  },
  objective(lowering, { declaration, layers, settings, doc }) {
    const objective = lowerObjective(optionName(declaration), settings, () => mixtureParts(lowering, layers, settings));
    lowering.spec.objectives[declaration.name] = { ...doc, ...objective };
  },
  task({ spec }, { declaration, settings, doc }) {
    spec.tasks[declaration.name] = { ...doc, ...lowerTask(optionName(declaration), settings) };
  },
  pretrain(lowering, { declaration, settings, doc }) {
    lowering.spec.pretrainings[declaration.name] = { ...doc, ...lowerPretrain(settings, (value) => objectiveRef(lowering, value)) };
  },
  finetune({ spec }, { declaration, settings, doc }) {
    spec.finetunings[declaration.name] = { ...doc, ...lowerFinetune(settings) };
  },
  compare(lowering, { declaration, settings, doc }) {
    lowering.spec.comparisons[declaration.name] = { ...doc, ...lowerComparison(lowering, declaration.body?.entries ?? [], settings) };
  },
  probe({ spec }, { declaration, settings, doc }) {
    spec.probes[declaration.name] = { ...doc, ...lowerProbe(settings) };
  },
};

function keysOf({ kind, value }: Declaration): readonly Key[] {
  const { family, keys } = declarationOf(kind);
  if (family) return optionOf(family, value ? nameOf(value) : "")?.keys ?? bug(`no option for ${kind}`);
  return kind === "compare" ? [...keys, extendsOfComparison] : keys;
}

const extendsOfComparison = extendsKey("compare");

function optionName({ value }: Declaration): string {
  return value ? nameOf(value) : bug("a declaration without an option");
}
