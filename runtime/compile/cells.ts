import type { SpecPath } from "#runtime/contract/problem.ts";
import type { ComparisonSpec, PretrainSpec, Spec, VariedKey, VariedValue } from "#runtime/contract/spec.ts";
import { leavesOf } from "./resolve.ts";

/** A pre-training as something in the file uses it: declared, or one cell of a comparison. */
export interface Use {
  /** As it shows: the declaration or the cell. */
  label: string;
  pretrain: PretrainSpec;
  /** The declaration whose name it carries: itself, or what the comparison extends. */
  declared: string;
  /** Where the text says this key. */
  at(key: keyof PretrainSpec): SpecPath;
  /** Keys that the comparison varies; empty for a declaration. */
  varied: readonly VariedKey[];
}

/** A cell is one choice of a value for every varied key. */
export interface Cell extends Use {
  /** Index of the chosen value, by `varied`. */
  choice: readonly number[];
}

/** Every pre-training of the file, declared ones first. */
export function usesOf(spec: Spec): Use[] {
  const declared = Object.keys(spec.pretrainings).map((name) => declaredUse(spec, name));
  return [...declared, ...Object.keys(spec.comparisons).flatMap((name) => cellsOf(spec, name).cells)];
}

export function declaredUse(spec: Spec, name: string): Use {
  return {
    label: name,
    pretrain: spec.pretrainings[name]!,
    declared: name,
    at: (key) => ["pretrainings", name, key],
    varied: [],
  };
}

/**
 * The cells of a comparison, the first varied key slowest. A value that names something which the specification lacks
 * (an objective that is not supported yet, say) makes no cell: `leftOut` has its label and place.
 */
export function cellsOf(spec: Spec, name: string): { cells: Cell[]; leftOut: { label: string; path: SpecPath }[] } {
  const comparison = spec.comparisons[name]!;
  const base = spec.pretrainings[comparison.extends];
  if (!base) return { cells: [], leftOut: [] };
  const varied = comparison.vary.map(({ key }) => key);
  const leftOut = comparison.vary.flatMap(({ key, values }) =>
    values.flatMap((value, index) => (resolves(spec, key, value) ? [] : [{ label: value.label, path: pathOfValue(name, key, index) }])),
  );
  const cells = choices(spec, comparison).map((choice): Cell => {
    const values = choice.map((index, axis) => comparison.vary[axis]!.values[index]!);
    return {
      label: values.map((value) => value.label).join(", "),
      pretrain: values.reduce((pretrain, value, axis) => withValue(pretrain, varied[axis]!, value.value), base),
      declared: comparison.extends,
      at: (key) => {
        const axis = (varied as readonly string[]).indexOf(key);
        if (axis >= 0) return pathOfValue(name, varied[axis]!, choice[axis]!);
        return ["pretrainings", comparison.extends, key];
      },
      varied,
      choice,
    };
  });
  return { cells, leftOut };
}

export function pathOfValue(comparison: string, key: VariedKey, index: number): SpecPath {
  return ["comparisons", comparison, `vary ${key}`, index];
}

/** The pre-training with one key set to a varied value. */
export function withValue(pretrain: PretrainSpec, key: VariedKey, value: VariedValue["value"]): PretrainSpec {
  if (key === "learning_rate") return { ...pretrain, optimizer: { ...pretrain.optimizer, learningRate: value as number } };
  return { ...pretrain, [key]: value };
}

function choices(spec: Spec, comparison: ComparisonSpec): number[][] {
  return comparison.vary.reduce<number[][]>(
    (chosen, { key, values }) =>
      chosen.flatMap((choice) => values.flatMap((value, index) => (resolves(spec, key, value) ? [[...choice, index]] : []))),
    [[]],
  );
}

function resolves(spec: Spec, key: VariedKey, { value }: VariedValue): boolean {
  if (key === "objective") return leavesOf(spec, value as string) !== null;
  const table = { model: spec.models, corpus: spec.corpora, tokenizer: spec.tokenizers };
  return !(key in table) || Object.hasOwn(table[key as keyof typeof table], value as string);
}
