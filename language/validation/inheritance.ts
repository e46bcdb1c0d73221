import { isDeclaration, isNamed } from "../generated/ast.ts";
import { rangeOfValue } from "../places.ts";
import { nameOf } from "../references/expected.ts";
import { extendedBy, extendsEntry } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** `extends` leads to a declaration of the same option and never back to where it started. */
export const inheritance: RuleFamily = () => ({
  Declaration(declaration, report) {
    const value = extendsEntry(declaration)?.value;
    const target = extendedBy(declaration);
    if (!value || !target) return;
    if (reaches(target, declaration)) {
      const message =
        target === declaration
          ? `${declaration.name} extends itself; leave extends out.`
          : `${declaration.name} extends ${target.name}, which extends ${declaration.name} again. One of them must stand on its own.`;
      report(value, rangeOfValue(value), { code: "extends-cycle", message });
    } else if (
      declaration.value &&
      target.value &&
      isNamed(value) &&
      isDeclaration(target) &&
      nameOf(target.value) !== nameOf(declaration.value)
    ) {
      const message = `${target.name} is ${nameOf(target.value)}, and ${nameOf(declaration.value)} has other settings: extend one that is ${nameOf(declaration.value)}.`;
      report(value, rangeOfValue(value), { code: "extends-mismatch", message });
    }
  },
});

function reaches(from: NonNullable<ReturnType<typeof extendedBy>>, goal: typeof from): boolean {
  const visited = new Set<typeof from>();
  for (let current: typeof from | undefined = from; current && !visited.has(current); current = extendedBy(current)) {
    if (current === goal) return true;
    visited.add(current);
  }
  return false;
}
