import { declarationOf } from "#runtime/contract/catalogue/index.ts";
import { isDeclaration, type Named } from "../generated/ast.ts";
import { expectedOf, nameOf, optionAt } from "../references/expected-value.ts";
import { rangeOfName, rangeOfValue } from "../text-ranges.ts";
import { fittingType } from "../values/fit.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Declarations have the form of their kind, and only names that take settings have a block. */
export const forms: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (!declaration.kind || (!declaration.body && !declaration.value)) return;
    const { family, example, kind } = declarationOf(declaration.kind);
    if ((family !== undefined) === (declaration.value !== undefined)) return;
    const form = family ? `${kind} name = option { … }` : `${kind} name { … }`;
    report(declaration, rangeOfName(declaration), {
      code: "wrong-form",
      message: `Expected the form ${form}, for example: ${example.split("\n")[0]}${example.includes("\n") ? " … }" : ""}`,
    });
  },
  Named(named, report) {
    if (!named.body || takesSettings(named)) return;
    const target = named.target?.ref;
    const message =
      target && isDeclaration(target) && target.value
        ? `${nameOf(named)} is declared elsewhere and takes no settings here. Declare a new one: ${target.kind} name = ${nameOf(target.value)} { extends: ${target.name} … }`
        : `${nameOf(named)} takes no settings here. Leave the block out.`;
    report(named, rangeOfValue(named), { code: "unexpected-settings", message });
  },
});

/** True also if the name or its place is unknown: other rules report that. */
function takesSettings(named: Named): boolean {
  const expected = expectedOf(named);
  const type = expected && fittingType(expected, named);
  if (!type) return true;
  if (type.type === "objective" || type.type === "option") {
    const option = optionAt(named);
    const declared = isDeclaration(named.target?.ref);
    return (
      !declared &&
      !(type.type === "option" && type.choicesOnly) &&
      (!option || option.keys.length > 0 || option.weighted === true || isDeclaration(named.$container))
    );
  }
  return false;
}
