import { declarations } from "./declarations.ts";
import { metrics } from "./metrics.ts";
import { objectives } from "./objectives.ts";
import { taskOptions } from "./tasks.ts";
import { trainingOptions } from "./training.ts";
import type { Declaration, DeclarationKind, Metric, Option, OptionFamily } from "./types.ts";

export { extendsKey } from "./declarations.ts";
export { pretrainKeys } from "./training.ts";
export type * from "./types.ts";

/**
 * Every name, type, unit, default, range, formula, source and help text of the language. It is the only source of validation,
 * completion, hovers, defaults and the reference page.
 */
export const catalogue: {
  readonly declarations: readonly Declaration[];
  readonly options: readonly Option[];
  readonly metrics: readonly Metric[];
} = { declarations, options: [...objectives, ...taskOptions, ...trainingOptions], metrics };

export function declarationOf(kind: DeclarationKind): Declaration {
  const found = catalogue.declarations.find((declaration) => declaration.kind === kind);
  if (!found) throw new Error(`the catalogue has no declaration ${kind}`);
  return found;
}

export function optionsOf(family: OptionFamily): Option[] {
  return catalogue.options.filter((option) => option.family === family);
}

export function optionOf(family: OptionFamily, name: string): Option | undefined {
  return catalogue.options.find((option) => option.family === family && option.name === name);
}

export function metricOf(name: string): Metric | undefined {
  return catalogue.metrics.find((metric) => metric.name === name);
}
