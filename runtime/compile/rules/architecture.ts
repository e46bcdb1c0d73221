import { listed } from "#runtime/contract/listed.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Architecture, Ref, Spec } from "#runtime/contract/spec.ts";
import type { Use } from "../cells.ts";
import { architecturesOf, architecturesOfLeaf, hasPooler, leavesOf } from "../resolve.ts";
import { error, type Rule } from "./rule.ts";

/** The model must fit the objective. Problems are reported where the two meet: at the pre-training, or at the compared value. */
export const architecture: Rule = ({ spec, uses }) => uses.flatMap((use) => meeting(spec, use));

function meeting(spec: Spec, use: Use): Problem[] {
  const { model: modelName, objective } = use.pretrain;
  const model = spec.models[modelName];
  const leaves = leavesOf(spec, objective);
  if (!model || !leaves) return [];
  const allowed = architecturesOf(spec, objective);
  const pooled = leaves.some((leaf) => hasPooler(spec, leaf.objective)) ? ` ${firstTokenAlone}` : "";
  if (allowed.length === 0) {
    const needs = leaves.map((leaf) => `${leaf.key} needs ${listed(architecturesOfLeaf(spec, leaf.objective), "or")}`);
    return [
      error(
        "architecture-mismatch",
        ["objectives", objective],
        `No architecture fits all parts of ${objective}: ${needs.join("; ")}. Use parts that have an architecture in common.${pooled}`,
      ),
    ];
  }
  if (model.architecture === "auto" || allowed.includes(model.architecture)) return [];
  const has = model.architecture;
  const modelVaries = use.varied.includes("model") && !use.varied.includes("objective");
  return [
    error(
      "architecture-mismatch",
      use.at(modelVaries ? "model" : "objective"),
      `The objective ${objective} needs ${articled(listed(allowed, "or"))}, but the model ${modelName} is ${articled(has)}.${has === "decoder" ? pooled : ""} ` +
        (model.checkpoint
          ? "Use another objective or another checkpoint."
          : model.family
            ? "Use another objective or another family."
            : `Use another objective, or set ${modelName}'s architecture to ${listed(["auto", ...allowed], "or")}.`),
      modelVaries ? modelsThatFit(spec, objective) : objectivesThatFit(spec, has),
    ),
  ];
}

/** Why a decoder has no pooler to learn by. */
const firstTokenAlone =
  "In a decoder, the first token, which a pooler reads, attends to others only if the objective also teaches it to read in both directions, as prefix and masked do.";

function articled(architectures: string): string {
  return `${architectures.startsWith("d") ? "a" : "an"} ${architectures}`;
}

function objectivesThatFit(spec: Spec, architecture: Architecture): Ref[] {
  return Object.keys(spec.objectives).filter((name) => architecturesOf(spec, name).includes(architecture));
}

function modelsThatFit(spec: Spec, objective: Ref): Ref[] {
  const allowed = architecturesOf(spec, objective);
  return Object.entries(spec.models)
    .filter(([, { architecture }]) => architecture === "auto" || allowed.includes(architecture))
    .map(([name]) => name);
}
