import type { AstNode, ValidationAcceptor, ValidationChecks } from "langium";
import type { PretrainAstType } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { cycles } from "./cycles.ts";
import { dataFiles } from "./data-files.ts";
import { forms } from "./forms.ts";
import { imports } from "./imports.ts";
import { inheritance } from "./inheritance.ts";
import { keys } from "./keys.ts";
import { later } from "./later.ts";
import { missing } from "./missing.ts";
import { names } from "./names.ts";
import { references } from "./references.ts";
import { type Report, type RuleFamily, reportTo } from "./report.ts";
import { values } from "./values.ts";
import { weights } from "./weights.ts";

/** Every rule about the text; what only a whole specification shows is checked where it is compiled. */
const ruleFamilies: readonly RuleFamily[] = [
  imports,
  names,
  forms,
  keys,
  missing,
  values,
  weights,
  references,
  inheritance,
  cycles,
  dataFiles,
  later,
];

export function registerRules(services: PretrainServices): void {
  for (const family of ruleFamilies) {
    const checks = Object.entries(family(services)).map(([type, check]) => [
      type,
      (node: AstNode, accept: ValidationAcceptor) => (check as (node: AstNode, report: Report) => void)(node, reportTo(accept)),
    ]);
    services.validation.ValidationRegistry.register(Object.fromEntries(checks) as ValidationChecks<PretrainAstType>);
  }
}
