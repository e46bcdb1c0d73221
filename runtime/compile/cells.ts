import { optimizerKeys } from "#runtime/contract/catalogue/optimizers.ts";
import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import { omittedKeys } from "#runtime/contract/catalogue/token-loss.ts";
import type { SpecPath } from "#runtime/contract/problem.ts";
import type { OmittedKey, PretrainSpec, Spec, Varied, VariedKey, VariedValue } from "#runtime/contract/spec.ts";
import { leavesOf } from "./resolve.ts";

/** A pre-training that the file uses: a declared one, or a cell of a comparison. */
export interface Use {
  /** Name for display: the declaration or the cell. */
  label: string;
  pretrain: PretrainSpec;
  /** Name of the declaration: its own, or that of the pre-training that the comparison extends. */
  declared: string;
  /** Place of this key in the specification. */
  at(key: keyof PretrainSpec | OmittedKey): SpecPath;
  /** Keys that the comparison varies, with those of its `vary` lines first; empty for a declaration. */
  varied: readonly VariedKey[];
}

/** A cell of a comparison: one value for every varied key. */
export interface Cell extends Use {
  /** Index of the chosen value for each `vary` line. */
  choice: readonly number[];
}

/** All pre-trainings of the file, declared ones first. */
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
 * The cells of a comparison; the first varied key changes slowest. If nothing is varied, the only cell is the pre-training that it
 * extends. A value that names something that the specification lacks (such as an objective that is not supported yet) makes no cell:
 * `leftOut` has its label and place.
 */
export function cellsOf(spec: Spec, name: string): { cells: Cell[]; leftOut: { label: string; path: SpecPath }[] } {
  const comparison = spec.comparisons[name]!;
  const base = spec.pretrainings[comparison.extends];
  if (!base) return { cells: [], leftOut: [] };
  const axes = comparison.vary.map(settersOf);
  const leftOut = axes.flatMap((setters) =>
    setters.flatMap(({ key, values, word }) =>
      values.flatMap((value, index) =>
        resolves(spec, key, value) ? [] : [{ label: value.label, path: ["comparisons", name, `${word} ${key}`, index] }],
      ),
    ),
  );
  const varied = [...comparison.vary.map(({ key }) => key), ...comparison.vary.flatMap((each) => (each.with ?? []).map(({ key }) => key))];
  const cells = choices(spec, axes).map((choice): Cell => {
    const set = choice.flatMap((index, axis) =>
      axes[axis]!.map(({ key, values, word }) => ({ key, index, word, value: values[index]!.value })),
    );
    return {
      label: choice.map((index, axis) => comparison.vary[axis]!.values[index]!.label).join(", ") || comparison.extends,
      pretrain: set.reduce((pretrain, { key, value }) => withValue(pretrain, key, value), base),
      declared: comparison.extends,
      at: (key) => {
        const found = set.find((each) => each.key === key);
        return found ? ["comparisons", name, `${found.word} ${found.key}`, found.index] : ["pretrainings", comparison.extends, key];
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
  const omitted = omittedKeys.find((name) => name === key);
  if (omitted) {
    const { [camelCase(omitted) as "labelSmoothing" | "zLoss" | "ema"]: _, ...rest } = pretrain;
    return value === 0 ? rest : { ...rest, [camelCase(omitted)]: value };
  }
  const setting = optimizerKeys.find((name) => name === key);
  if (!setting) return { ...pretrain, [key]: value };
  // as in the text, 0 means no clipping
  const set = key === "clip" && value === 0 ? null : value;
  return { ...pretrain, optimizer: { ...pretrain.optimizer, [camelCase(setting)]: set } };
}

type Setter = { key: VariedKey; values: VariedValue[]; word: "vary" | "with" };

/** The keys that one choice sets: the varied key, then those that change together with it, if they have as many values. */
function settersOf({ key, values, with: others = [] }: Varied): Setter[] {
  const together = others.filter((other) => other.values.length === values.length);
  return [{ key, values, word: "vary" }, ...together.map((other): Setter => ({ ...other, word: "with" }))];
}

function choices(spec: Spec, axes: readonly Setter[][]): number[][] {
  return axes.reduce<number[][]>(
    (chosen, setters) =>
      chosen.flatMap((choice) =>
        setters[0]!.values.flatMap((_, index) =>
          setters.every(({ key, values }) => resolves(spec, key, values[index]!)) ? [[...choice, index]] : [],
        ),
      ),
    [[]],
  );
}

function resolves(spec: Spec, key: VariedKey, { value }: VariedValue): boolean {
  if (key === "objective") return leavesOf(spec, value as string) !== null;
  const table = { model: spec.models, corpus: spec.corpora, tokenizer: spec.tokenizers };
  return !(key in table) || Object.hasOwn(table[key as keyof typeof table], value as string);
}
