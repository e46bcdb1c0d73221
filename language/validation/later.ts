import { declarationOf } from "#runtime/contract/catalogue/index.ts";
import { type CatalogueName, isDeclaration, type Named, type Quantity } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { rangeOfKey, rangeOfName, rangeOfValue } from "../places.ts";
import { expectedOf, keyOf } from "../references/expected.ts";
import { parseAmount, unitNamed } from "../values/amount.ts";
import { fittingType } from "../values/fit.ts";
import type { Finding, RuleFamily } from "./report.ts";

/** What the language has and the runtime has not yet: the catalogue says what to tell. */
export const later: RuleFamily = (services) => ({
  Declaration(declaration, report) {
    const message = declaration.kind && declarationOf(declaration.kind).later;
    if (message) report(declaration, rangeOfName(declaration), notYet(message));
  },
  Entry(entry, report) {
    const message = keyOf(entry)?.later;
    if (message) report(entry, rangeOfKey(entry), notYet(message));
  },
  Named(named, report) {
    const message = laterOf(named, services);
    if (message) report(named, rangeOfValue(named), notYet(message));
  },
  Quantity(quantity, report) {
    const message = laterUnit(quantity);
    if (message) report(quantity, rangeOfValue(quantity), notYet(message));
  },
});

function laterOf(named: Named, { references }: PretrainServices): string | undefined {
  const expected = expectedOf(named);
  const type = expected && fittingType(expected, named);
  const target = named.target?.ref;
  if (!type || type.type === "cell" || !target) return undefined;
  if (isDeclaration(target)) return type.type === "reference" ? type.later : undefined;
  const entry = references.CatalogueNames.entryOf(target as CatalogueName);
  if (entry.is === "option") return entry.option.later;
  return entry.is === "choice" ? entry.choice.later : undefined;
}

function laterUnit(quantity: Quantity): string | undefined {
  const expected = expectedOf(quantity);
  const type = expected && fittingType(expected, quantity);
  if (type?.type !== "quantity" || !type.later) return undefined;
  const word = parseAmount(quantity.amount)?.unit;
  const unit = word && unitNamed(word, type.units);
  return unit ? type.later[unit] : undefined;
}

function notYet(message: string): Finding {
  return { code: "not-supported-yet", message: `${message}.` };
}
