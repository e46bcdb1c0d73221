import { AstUtils } from "langium";
import { type Declaration, isDeclaration, isNamed, type Named } from "../generated/ast.ts";
import { layersOf, writtenParts } from "../setting-layers.ts";
import { rangeOfName, rangeOfValue } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** No mixture or sequence contains itself, and none is nested deeper than a reader can follow. */
export const cycles: RuleFamily = () => ({
  Declaration(declaration, report) {
    if (declaration.kind !== "objective") return;
    let tooDeep = false;
    for (const { part, target } of partsOf(declaration)) {
      const own = AstUtils.getContainerOfType(part, isDeclaration) === declaration;
      const place = own ? rangeOfValue(part) : rangeOfName(declaration);
      const found = search(target, declaration);
      if (found === "cycle") {
        const message = `${declaration.name} contains itself${target === declaration ? "" : ` through ${target.name}`}; expected other objectives as parts. Remove it from the parts.`;
        report(declaration, place, { code: "objective-cycle", message });
      } else if (found === "deep" && !tooDeep) {
        tooDeep = true;
        const message = `${declaration.name} is made of ${target.name}, which is made of another, and so on, more than ${maxLevels} levels deep. Name the parts directly.`;
        report(declaration, place, { code: "objective-too-deep", message });
      }
    }
  },
});

const maxLevels = 32;

/** Searches level by level for `goal` among the parts of `from`; `deep` if there are more levels than the search follows. */
function search(from: Declaration, goal: Declaration): "cycle" | "deep" | "neither" {
  const visited = new Set<Declaration>();
  let level = [from];
  for (let depth = 0; level.length > 0; depth++) {
    if (level.includes(goal)) return "cycle";
    if (depth === maxLevels) return "deep";
    for (const each of level) visited.add(each);
    level = [...new Set(level.flatMap(partsOf).map(({ target }) => target))].filter((each) => !visited.has(each));
  }
  return "neither";
}

/** The declared objectives among the parts, including those of mixtures written in place. */
function partsOf(declaration: Declaration): { part: Named; target: Declaration }[] {
  return writtenParts(layersOf(declaration)).flatMap(declaredIn);
}

function declaredIn(value: unknown): { part: Named; target: Declaration }[] {
  if (!isNamed(value)) return [];
  const target = value.target?.ref;
  if (isDeclaration(target)) return [{ part: value, target }];
  return value.body ? writtenParts([value.body]).flatMap(declaredIn) : [];
}
