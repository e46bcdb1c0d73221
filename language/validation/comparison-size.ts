import { type Block, type Declaration, isList, isRange, type Value } from "../generated/ast.ts";
import { keyText } from "../references/expected-value.ts";
import { blockOf, entryOf, layersIn } from "../setting-layers.ts";
import { rangeOfName } from "../text-ranges.ts";
import { readSeeds } from "../values/read.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Limits on a comparison: its plan is made while someone types and must take no more than a few seconds. */
const bounds = { cells: 256, trainings: 20_000 };

/** Comparisons stay within bounds: lists that multiply each other soon ask for more than can be run. */
export const sizes: RuleFamily = () => ({
  Declaration(declaration, report) {
    const block = declaration.kind === "compare" ? blockOf(declaration) : undefined;
    if (!block) return;
    const message = tooLarge(declaration, block);
    if (message) report(declaration, rangeOfName(declaration), { code: "too-large", message });
  },
});

function tooLarge({ name }: Declaration, block: Block): string | undefined {
  const lists = block.entries.filter((entry) => keyText(entry).startsWith("vary "));
  const cells = product(lists.map(({ value }) => countOf(value)));
  const several = lists.length > 1 ? `: ${lists.map(({ value }) => countOf(value)).join(" × ")}` : "";
  if (cells > bounds.cells) {
    return `${name} has ${shown(cells)} cells${several}; at most ${bounds.cells} can be compared. Vary fewer values, or split it into several comparisons.`;
  }
  const trainings = cells * trainingsOfCell(block);
  if (trainings <= bounds.trainings) return undefined;
  return `${name} asks for ${shown(trainings)} trainings; at most ${shown(bounds.trainings)} can be planned. Use fewer seeds, values, learning rates to search, or checkpoints.`;
}

/** The number of pre-trainings and fine-tunings of a cell, without those of baselines. */
function trainingsOfCell(block: Block): number {
  const finetune = entryOf(block, "finetune")?.value;
  const parts = finetune && isList(finetune) ? finetune.items : finetune ? [finetune] : [];
  const finetunes = parts.map((part) => seedsIn(settingIn(part, "seeds"))).reduce((sum, count) => sum + count, 0);
  const checkpoints = entryOf(block, "checkpoints")?.value;
  const rates = settingIn(entryOf(block, "search")?.value, "learning_rate");
  const search = rates ? countOf(rates) : 0;
  return search + seedsIn(entryOf(block, "seeds")?.value) * (1 + finetunes * (1 + (checkpoints ? countOf(checkpoints) : 0)));
}

function settingIn(value: Value | undefined, key: string): Value | undefined {
  return value && layersIn([value]).flatMap((layer) => entryOf(layer, key)?.value ?? [])[0];
}

/** The number of seeds; one if none are given. Mistakes in them are reported at their place. */
function seedsIn(value: Value | undefined): number {
  const read = value && (isRange(value) || isList(value)) ? readSeeds(value, { type: "seeds" }) : undefined;
  return read?.ok ? read.value.length : 1;
}

function countOf(value: Value | undefined): number {
  return value && isList(value) ? value.items.length : 1;
}

function product(counts: readonly number[]): number {
  return counts.reduce((all, count) => all * count, 1);
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
