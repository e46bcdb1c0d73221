import { AstUtils, type ReferenceInfo } from "langium";
import { didYouMean, nearest } from "#runtime/contract/nearest.ts";
import { type Expectation, isDeclaration, isExpectation, type Named } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { alternativesOf, type Expected, expectedOf } from "../references/expected-value.ts";
import { declarationsSeenFrom } from "../references/resolve-imports.ts";
import { rangeOfProperty } from "../text-ranges.ts";
import { alternatives, describeType } from "../values/describe.ts";
import { fittingType } from "../values/fit.ts";
import { type Finding, isIncomplete, type RuleFamily } from "./report-finding.ts";

/** Every name refers to a declaration, an option or a choice of the kind that its place accepts. */
export const references: RuleFamily = (services) => ({
  Named(named, report) {
    const expected = expectedOf(named);
    const type = expected && fittingType(expected, named);
    if (!expected || !type || !named.target || !takesNames(type) || named.target.ref) return;
    const info = { container: named, property: "target", reference: named.target };
    report(named, rangeOfProperty(named, "target"), unresolved(info, expected, services));
  },
  Expectation(expectation, report) {
    for (const property of ["task", "metric"] as const) {
      const reference = expectation[property];
      if (!reference || reference.ref || (property === "task" && reference.$refText === allCorpora)) continue;
      const info = { container: expectation, property, reference };
      report(expectation, rangeOfProperty(expectation, property), unresolved(info, expectedTypes[property], services));
    }
  },
});

/** Names the task of comparing cells that read different corpora, each scored on its own corpus. */
const allCorpora = "corpus";

const expectedTypes = { task: { type: "reference", to: ["task", "corpus"] }, metric: { type: "choice", of: [] } } as const;

/** Whether the type's names must resolve. Other words, such as the name of a column, are plain texts. */
function takesNames({ type }: Expected): boolean {
  return type === "choice" || type === "option" || type === "objective" || type === "reference" || type === "cell";
}

function unresolved(info: ReferenceInfo, expected: Expected, services: PretrainServices): Finding {
  const container = info.container as Named | Expectation;
  const name = info.reference.$refText;
  const document = AstUtils.getDocument(container);
  const declaration = declarationsSeenFrom(document, services.shared.workspace.LangiumDocuments).find((each) => each.name === name);
  const known = services.references.ScopeProvider.getScope(info)
    .getAllElements()
    .map((element) => element.name)
    .toArray();
  const fixes = nearest(name, known);
  if (declaration) return { code: "wrong-kind", message: wrongKind(container, declaration.kind, name, expected), fixes };
  const types = alternativesOf(expected);
  if (types.every(({ type }) => type === "choice" || type === "option")) {
    const message = `Found ${name}.${didYouMean(fixes)} Expected ${alternatives(known)}.`;
    return { code: "unknown-choice", message, fixes };
  }
  const help = fixes.length > 0 ? didYouMean(fixes) : known.length > 0 ? ` Declared: ${alternatives(known, "and")}.` : "";
  const silent = isIncomplete(document, services);
  return { code: "unresolved-reference", silent, message: `${name} is not declared; expected ${describeType(expected)}.${help}`, fixes };
}

function wrongKind(container: Named | Expectation, kind: string, name: string, expected: Expected): string {
  if (!isExpectation(container) && isDeclaration(container.$container)) {
    const declared = container.$container;
    return `${name} is a declaration; expected an option of the language. To start from ${name}, write ${declared.kind} ${declared.name} = … { extends: ${name} }`;
  }
  return `${name} is ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}; expected ${describeType(expected)}.`;
}
