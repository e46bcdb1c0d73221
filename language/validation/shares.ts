import { type Entry, isBlock, isDeclaration } from "../generated/ast.ts";
import { keyIn, keyText, shapeOf } from "../references/expected-value.ts";
import { layersOf, partsIn } from "../setting-layers.ts";
import { rangeOfKey } from "../text-ranges.ts";
import { readWeight } from "../values/read.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Shares occur only before the parts of a mixture or a sequence, and its parts are given in one way. */
export const weights: RuleFamily = () => ({
  Block(block, report) {
    const shape = shapeOf(block);
    if (!shape?.weighted || !keyIn(shape, "of")) return;
    const ways = block.entries.flatMap((entry) => wayOf(entry) ?? []);
    const [first, other] = [...new Set(ways)];
    const second = block.entries.find((entry) => wayOf(entry) === other);
    if (first && other && second) {
      const message = `A mixture is defined by shares, of: […] or a preset; this one has ${first} and ${other}. Keep one of them.`;
      report(second, rangeOfKey(second), { code: "parts-in-two-ways", message });
    }
    const layers = isDeclaration(block.$container.$container) ? layersOf(block.$container.$container) : [block];
    if (partsIn(layers).from === "of") return;
    for (const entry of block.entries.filter((each) => ["temperature", "limit"].includes(keyText(each)))) {
      const message = `${keyText(entry)} tells how sizes become shares, but these parts have shares. List them in of: […] without shares.`;
      report(entry, rangeOfKey(entry), { code: "parts-have-shares", message });
    }
  },

  Entry(entry, report) {
    const shape = isBlock(entry.$container) ? shapeOf(entry.$container) : undefined;
    if (entry.weight === undefined || !shape) return;
    if (!shape.weighted) {
      const message = `Entries such as ${entry.weight}: name belong only in mixture and sequence; ${shape.name} expects key: value.`;
      report(entry, rangeOfKey(entry), { code: "unexpected-weight", message });
      return;
    }
    const reading = readWeight(entry.weight);
    if (!reading.ok) report(entry, rangeOfKey(entry), reading.problem);
  },
});

function wayOf(entry: Entry): string | undefined {
  if (entry.weight !== undefined) return "shares";
  return ["of", "preset"].find((key) => keyText(entry) === key);
}
