import { type AstNode, isAstNode, type ValidationAcceptor } from "langium";
import type { PretrainAstType } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { answerSettings } from "./answer-settings.ts";
import { checkpointKeys } from "./checkpoints.ts";
import { sizes } from "./comparison-size.ts";
import { cycles } from "./cycles.ts";
import { dataFiles } from "./data-files.ts";
import { forms } from "./forms.ts";
import { idleSettings } from "./idle-settings.ts";
import { imports } from "./imports.ts";
import { inheritance } from "./inheritance.ts";
import { keys } from "./keys.ts";
import { later } from "./later.ts";
import { margins } from "./margins.ts";
import { missing } from "./missing-keys.ts";
import { references } from "./references.ts";
import { type Report, type RuleFamily, reportTo } from "./report-finding.ts";
import { scoredTasks } from "./scored-tasks.ts";
import { weights } from "./shares.ts";
import { names } from "./unique-names.ts";
import { values } from "./values.ts";

/** Every rule about the text of a file. Rules that need the whole specification belong to the compiler. */
const ruleFamilies: readonly RuleFamily[] = [
  imports,
  names,
  forms,
  keys,
  missing,
  values,
  weights,
  references,
  margins,
  inheritance,
  cycles,
  checkpointKeys,
  answerSettings,
  idleSettings,
  scoredTasks,
  dataFiles,
  sizes,
  later,
];

/** Registers one check that walks the whole file once. Langium's own walk yields at every node, which takes longer than the rules do. */
export function registerRules(services: PretrainServices): void {
  const checks = checksByType(services);
  services.validation.ValidationRegistry.register<PretrainAstType>({
    File: (file, accept) => walk(file, (node) => check(node, checks.get(node.$type) ?? [], accept)),
  });
}

type Check = (node: AstNode, report: Report) => void;

/** The checks for each node type. A rule about a type also applies to its subtypes, because every kind of value is a value. */
function checksByType(services: PretrainServices): ReadonlyMap<string, readonly Check[]> {
  const reflection = services.shared.AstReflection;
  const checks = new Map<string, Check[]>();
  for (const family of ruleFamilies) {
    for (const [type, each] of Object.entries(family(services))) {
      for (const subtype of reflection.getAllSubTypes(type)) checks.set(subtype, [...(checks.get(subtype) ?? []), each as Check]);
    }
  }
  return checks;
}

/** Runs the checks on a node. An exception is a bug in the rule: it is reported, and the other rules go on. */
function check(node: AstNode, checks: readonly Check[], accept: ValidationAcceptor): void {
  for (const each of checks) {
    try {
      each(node, reportTo(accept));
    } catch (error) {
      console.error(error);
      accept("error", `An error occurred during validation: ${error instanceof Error ? error.message : String(error)}`, { node });
    }
  }
}

function walk(node: AstNode, visit: (node: AstNode) => void): void {
  visit(node);
  for (const [property, value] of Object.entries(node)) {
    if (property.startsWith("$")) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isAstNode(child)) walk(child, visit);
  }
}
