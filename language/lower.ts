import { declarationOf, extendsKey, type Key, optionOf } from "#runtime/contract/catalogue/index.ts";
import { presets } from "#runtime/contract/catalogue/presets.ts";
import {
  type ComparisonSpec,
  type Documented,
  emptySpec,
  type MixtureSpec,
  type Spec,
  type Varied,
  type VariedKey,
  type VariedValue,
} from "#runtime/contract/spec.ts";
import {
  type Block,
  type Declaration,
  type Entry,
  isDeclaration,
  isExpectation,
  isNamed,
  type Named,
  type Value,
} from "./generated/ast.ts";
import {
  budgetOf,
  lowerCorpus,
  lowerFinetune,
  lowerFinetuneSettings,
  lowerModel,
  lowerPretrain,
  lowerProbe,
  lowerTokenizer,
  warmupOf,
} from "./lower/declarations.ts";
import { lowerObjective } from "./lower/objectives.ts";
import { bug, elementsOf, numberIn, type ReadDefault, type Settings, settingsOf } from "./lower/settings.ts";
import { lowerTask } from "./lower/tasks.ts";
import { nameOf, variedType } from "./references/expected.ts";
import { layersIn, layersOf, partsIn } from "./settings.ts";
import { inlineText } from "./text/inline.ts";
import { fittingType } from "./values/fit.ts";
import { readQuantity, readWeight } from "./values/read.ts";

export interface LowerOptions {
  /** Absolute path of the file that is read. */
  file: string;
  /** Its declarations and those of what it imports. */
  declarations: readonly Declaration[];
  /** Declarations that have errors; see `unusable`. */
  leftOut: ReadonlySet<Declaration>;
  readDefault: ReadDefault;
  docOf(declaration: Declaration): string | undefined;
  /** What the file says about itself. */
  doc: string | undefined;
}

export interface Lowered {
  spec: Spec;
  /** Where entries stand that are not a declaration of that name: objectives written in place, by table and key. */
  places: ReadonlyMap<string, Named>;
}

/**
 * Turns the text's nodes into the specification: names resolved, `extends` merged, defaults filled in. Nothing after this
 * function knows the grammar. A varied value whose objective is left out stays in its comparison as a name without an entry.
 */
export function lower({ file, declarations, leftOut, readDefault, docOf, doc }: LowerOptions): Lowered {
  const spec: Spec = { ...emptySpec(file), ...(doc === undefined ? {} : { doc }) };
  const places = new Map<string, Named>();
  for (const declaration of declarations) if (!leftOut.has(declaration)) lowerDeclaration(declaration);
  return { spec, places };

  function lowerDeclaration(declaration: Declaration): void {
    const { name, kind } = declaration;
    const layers = layersOf(declaration);
    const settings = settingsOf(layers, keysOf(declaration), readDefault);
    const text = docOf(declaration);
    const documented: Documented = text === undefined ? {} : { doc: text };
    switch (kind) {
      case "corpus":
        spec.corpora[name] = { ...documented, ...lowerCorpus(settings) };
        break;
      case "tokenizer":
        spec.tokenizers[name] = { ...documented, ...lowerTokenizer(settings) };
        break;
      case "model":
        spec.models[name] = { ...documented, ...lowerModel(settings) };
        break;
      case "objective":
        spec.objectives[name] = { ...documented, ...lowerObjective(optionName(declaration), settings, () => partsOf(layers, settings)) };
        break;
      case "task":
        spec.tasks[name] = { ...documented, ...lowerTask(optionName(declaration), settings) };
        break;
      case "pretrain":
        spec.pretrainings[name] = { ...documented, ...lowerPretrain(settings, objectiveRef) };
        break;
      case "finetune":
        spec.finetunings[name] = { ...documented, ...lowerFinetune(settings) };
        break;
      case "compare":
        spec.comparisons[name] = { ...documented, ...lowerComparison(declaration, settings) };
        break;
      case "probe":
        spec.probes[name] = { ...documented, ...lowerProbe(settings) };
        break;
    }
  }

  function lowerComparison(declaration: Declaration, settings: Settings): ComparisonSpec {
    return {
      extends: settings.word("extends"),
      vary: lowerVarying(declaration.body?.entries ?? []),
      match: settings.word("match") as ComparisonSpec["match"],
      ...(settings.has("search") ? { search: { learningRates: settings.block("search").elements("learning_rate").map(numberOf) } } : {}),
      finetune: settings.elements("finetune").map((value) => {
        const inside = settingsOf(layersIn([value]), finetuneKeys(), readDefault);
        return { ...lowerFinetuneSettings(inside), seeds: inside.seeds("seeds") };
      }),
      ...(settings.has("checkpoints") ? { checkpoints: settings.elements("checkpoints").map(shareOf) } : {}),
      seeds: settings.seeds("seeds"),
      baselines: settings.has("baselines") ? settings.elements("baselines").map(inlineText) : null,
      expect: settings.elements("expect").map(lowerExpectation),
    };
  }

  function numberOf(value: Value): number {
    return numberIn({ value, type: { type: "number" } });
  }

  function shareOf(value: Value): number {
    return numberIn({ value, type: { type: "share" } });
  }

  /** A `with` line belongs to the `vary` line before it. */
  function lowerVarying(entries: readonly Entry[]): Varied[] {
    const varied: Varied[] = [];
    for (const entry of entries) {
      if (entry.key[0] === "vary") varied.push(lowerVaried(entry));
      const last = varied.at(-1);
      if (entry.key[0] === "with" && last) last.with = [...(last.with ?? []), lowerVaried(entry)];
    }
    return varied;
  }

  function lowerVaried({ key: [, ...words], value }: Entry): Varied {
    const key = words.join(" ") as VariedKey;
    return { key, values: elementsOf(value).map((element) => ({ label: inlineText(element), value: variedValue(key, element) })) };
  }

  function variedValue(key: VariedKey, value: Value): VariedValue["value"] {
    const type = fittingType(variedType(key) ?? bug(`${key} is not varied`), value) ?? bug(`${key} has a value of another type`);
    if (type.type === "objective") return objectiveRef(value);
    if (type.type === "reference" || type.type === "choice") return inlineText(value);
    if (type.type !== "quantity") return numberIn({ value, type });
    const reading = readQuantity(value, type);
    if (!reading.ok) return bug(reading.problem.message);
    return key === "warmup" ? warmupOf(reading.value) : budgetOf(reading.value);
  }

  /** The key of an objective's entry; what is written in place gets one with its own text as the key. */
  function objectiveRef(value: Value): string {
    if (!isNamed(value)) return bug("an objective of another form");
    const target = value.target.ref;
    const key = inlineText(value);
    if (isDeclaration(target) && target.kind === "objective") return target.name;
    if (Object.hasOwn(spec.objectives, key) || refersTo(value, leftOut)) return key;
    places.set(placeKey("objectives", key), value);
    spec.objectives[key] = isDeclaration(target) ? { kind: "supervised", task: target.name } : inPlace(value);
    return key;
  }

  function inPlace(value: Named): Spec["objectives"][string] {
    const kind = nameOf(value);
    const layers = layersIn([value]);
    const settings = settingsOf(layers, optionOf("objective", kind)?.keys ?? [], readDefault);
    return lowerObjective(kind, settings, () => partsOf(layers, settings));
  }

  function partsOf(layers: readonly Block[], settings: Settings): Pick<MixtureSpec, "parts" | "bySize"> {
    const parts = partsIn(layers);
    if (parts.from === "shares") {
      return { parts: parts.entries.map(({ weight, value }) => ({ weight: weightIn(weight), objective: objectiveRef(value) })) };
    }
    if (parts.from === "of") {
      const bySize = { temperature: settings.number("temperature"), limit: settings.has("limit") ? settings.number("limit") : null };
      return { parts: equally(parts.values.map(objectiveRef)), bySize };
    }
    const named = presets[parts.name] ?? bug(`there is no preset ${parts.name}`);
    Object.assign(spec.objectives, named);
    return { parts: equally(Object.keys(named)) };
  }
}

function weightIn(text: string | undefined): number {
  const reading = readWeight(text ?? "");
  return reading.ok ? reading.value : bug(reading.problem.message);
}

function equally(objectives: readonly string[]): MixtureSpec["parts"] {
  return objectives.map((objective) => ({ weight: 1 / objectives.length, objective }));
}

export function placeKey(table: string, key: string): string {
  return `${table} ${key}`;
}

/** The declarations that cannot be used: those with errors and those that refer to them, other than as a value to vary. */
export function unusable(declarations: readonly Declaration[], withErrors: ReadonlySet<Declaration>): Set<Declaration> {
  const left = new Set(withErrors);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const declaration of declarations) {
      if (layersOf(declaration).some((layer) => blockRefersTo(layer, left)) || valueIsLeftOut(declaration, left)) left.add(declaration);
    }
  }
  return left;
}

function valueIsLeftOut({ value }: Declaration, left: ReadonlySet<Declaration>): boolean {
  return value !== undefined && refersTo(value, left);
}

function blockRefersTo(block: Block, left: ReadonlySet<Declaration>): boolean {
  return block.entries.some((entry) => entry.key[0] !== "vary" && entry.key[0] !== "with" && entry.value && refersTo(entry.value, left));
}

function refersTo(value: Value, left: ReadonlySet<Declaration>): boolean {
  if (isNamed(value)) {
    const target = value.target?.ref;
    return (isDeclaration(target) && left.has(target)) || (value.body !== undefined && blockRefersTo(value.body, left));
  }
  if (value.$type === "List") return value.items.some((item) => refersTo(item, left));
  return value.$type === "Block" && blockRefersTo(value, left);
}

function keysOf({ kind, value }: Declaration): readonly Key[] {
  const { family, keys } = declarationOf(kind);
  if (family) return optionOf(family, value ? nameOf(value) : "")?.keys ?? bug(`no option for ${kind}`);
  return kind === "compare" ? [...keys, extendsOfComparison] : keys;
}

const extendsOfComparison = extendsKey("compare");

function finetuneKeys(): readonly Key[] {
  const type = declarationOf("compare").keys.find((key) => key.name === "finetune")?.value;
  return type?.type === "list" && type.of.type === "block" ? type.of.keys : bug("finetune is no list of blocks");
}

function optionName({ value }: Declaration): string {
  return value ? nameOf(value) : bug("a declaration without an option");
}

function lowerExpectation(value: Value): ComparisonSpec["expect"][number] {
  if (!isExpectation(value)) return bug("an expectation of another form");
  const { left, operator, right, task, metric } = value;
  return { left: inlineText(left), operator, right: inlineText(right), task: task.$refText, metric: metric.$refText };
}
