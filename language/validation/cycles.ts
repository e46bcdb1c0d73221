import { AstUtils } from "langium";
import { type Declaration, isDeclaration, isNamed, type Named } from "../generated/ast.ts";
import { rangeOfName, rangeOfValue } from "../places.ts";
import { layersOf, writtenParts } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** No mixture and no sequence contains itself. */
export const cycles: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "objective") return;
    for (const { part, target } of partsOf(declaration)) {
      if (!contains(target, declaration)) continue;
      const message = `${declaration.name} contains itself${target === declaration ? "" : ` through ${target.name}`}; a mixture or sequence is made of others.`;
      const own = AstUtils.getContainerOfType(part, isDeclaration) === declaration;
      report(declaration, own ? rangeOfValue(part) : rangeOfName(declaration), { code: "objective-cycle", message });
    }
  },
});

function contains(from: Declaration, goal: Declaration, visited = new Set<Declaration>()): boolean {
  if (from === goal) return true;
  if (visited.has(from)) return false;
  visited.add(from);
  return partsOf(from).some(({ target }) => contains(target, goal, visited));
}

/** The declared objectives in its shares, also in mixtures in place. */
function partsOf(declaration: Declaration): { part: Named; target: Declaration }[] {
  return writtenParts(layersOf(declaration)).flatMap(declaredIn);
}

function declaredIn(value: unknown): { part: Named; target: Declaration }[] {
  if (!isNamed(value)) return [];
  const target = value.target?.ref;
  if (isDeclaration(target)) return [{ part: value, target }];
  return value.body ? writtenParts([value.body]).flatMap(declaredIn) : [];
}
