import { type Entry, isBlock, isDeclaration } from "../generated/ast.ts";
import { rangeOfKey } from "../places.ts";
import { keyIn, keyText, shapeOf } from "../references/expected.ts";
import { layersOf, partsIn } from "../settings.ts";
import { readWeight } from "../values/read.ts";
import type { RuleFamily } from "./report.ts";

/** Shares stand before the parts of a mixture or a sequence, and nowhere else; what it is made of is said in one way. */
export const weights: RuleFamily = () => ({
  Block(block, report) {
    const shape = shapeOf(block);
    if (!shape?.weighted || !keyIn(shape, "of")) return;
    const ways = block.entries.flatMap((entry) => wayOf(entry) ?? []);
    const [first, other] = [...new Set(ways)];
    const second = block.entries.find((entry) => wayOf(entry) === other);
    if (first && other && second) {
      const message = `A mixture is made of shares, of: […] or a preset; here are ${first} and ${other}. Keep one.`;
      report(second, rangeOfKey(second), { code: "parts-in-two-ways", message });
    }
    const layers = isDeclaration(block.$container.$container) ? layersOf(block.$container.$container) : [block];
    if (partsIn(layers).from === "of") return;
    for (const entry of block.entries.filter((each) => ["temperature", "limit"].includes(keyText(each)))) {
      const message = `${keyText(entry)} says how sizes become shares; the parts here have their shares. List them in of: […] without shares.`;
      report(entry, rangeOfKey(entry), { code: "parts-have-shares", message });
    }
  },

  Entry(entry, report) {
    const shape = isBlock(entry.$container) ? shapeOf(entry.$container) : undefined;
    if (entry.weight === undefined || !shape) return;
    if (!shape.weighted) {
      const message = `Entries such as ${entry.weight}: name stand only in mixture and sequence; ${shape.name} has key: value.`;
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
