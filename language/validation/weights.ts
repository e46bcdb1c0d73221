import { isBlock } from "../generated/ast.ts";
import { rangeOfKey } from "../places.ts";
import { shapeOf } from "../references/expected.ts";
import { readWeight } from "../values/read.ts";
import type { RuleFamily } from "./report.ts";

/** Shares stand before the parts of a mixture or a sequence, and nowhere else. */
export const weights: RuleFamily = () => ({
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
