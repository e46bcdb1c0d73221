import type { Quantity } from "../generated/ast.ts";
import { expectedOf } from "../references/expected-value.ts";
import { rangeOfValue } from "../text-ranges.ts";
import { parseAmount, unitNamed } from "../values/amount.ts";
import { fittingType } from "../values/fit.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Units that the language has but the runtime does not support yet; the catalogue holds the message. */
export const later: RuleFamily = () => ({
  Quantity(quantity, report) {
    const message = laterUnit(quantity);
    if (message) report(quantity, rangeOfValue(quantity), { code: "not-supported-yet", message: `${message}.` });
  },
});

function laterUnit(quantity: Quantity): string | undefined {
  const expected = expectedOf(quantity);
  const type = expected && fittingType(expected, quantity);
  if (type?.type !== "quantity" || !type.later) return undefined;
  const word = parseAmount(quantity.amount)?.unit;
  const unit = word && unitNamed(word, type.units);
  return unit ? type.later[unit] : undefined;
}
