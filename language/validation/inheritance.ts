import { isDeclaration, isNamed } from "../generated/ast.ts";
import { nameOf } from "../references/expected-value.ts";
import { ancestorsOf, extendedBy, extendsEntry, maxAncestors } from "../setting-layers.ts";
import { rangeOfValue } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** `extends` leads to a declaration of the same option and never back to its start. */
export const inheritance: RuleFamily = () => ({
  Declaration(declaration, report) {
    const value = extendsEntry(declaration)?.value;
    const target = extendedBy(declaration);
    if (!value || !target) return;
    const ancestors = ancestorsOf(declaration);
    if (ancestors.length > maxAncestors) {
      const message = `${declaration.name} extends ${target.name}, which extends another, and so on: more than ${maxAncestors} in a row. Extend a declaration with fewer ancestors.`;
      report(value, rangeOfValue(value), { code: "extends-too-far", message });
    } else if (target === declaration || ancestors.some((each) => extendedBy(each) === declaration)) {
      const message =
        target === declaration
          ? `${declaration.name} extends itself. Leave extends out.`
          : `${declaration.name} extends ${target.name}, which extends ${declaration.name} again. Remove extends from one of them.`;
      report(value, rangeOfValue(value), { code: "extends-cycle", message });
    } else if (
      declaration.value &&
      target.value &&
      isNamed(value) &&
      isDeclaration(target) &&
      nameOf(target.value) !== nameOf(declaration.value)
    ) {
      const message = `${target.name} is ${nameOf(target.value)}, and ${nameOf(declaration.value)} has other settings. Extend one that is ${nameOf(declaration.value)}.`;
      report(value, rangeOfValue(value), { code: "extends-mismatch", message });
    }
  },
});
