import type { Problem } from "#runtime/contract/problem.ts";
import type { Architecture, ModelSpec, Spec } from "#runtime/contract/spec.ts";
import { familiesOf, familyOf } from "#runtime/models/families/as-family.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { usesOf } from "./cells.ts";
import { resolveArchitecture, resolveModel } from "./resolve.ts";
import { info } from "./rules/rule.ts";

/** One problem for each model that `pretrain export` will refuse once it is trained, since no family has its settings. */
export function notExportable(spec: Spec): Problem[] {
  const found = new Map<string, Architecture>();
  for (const { pretrain } of usesOf(spec)) {
    const model = spec.models[pretrain.model];
    const architecture = model && resolveArchitecture(spec, model, pretrain.objective);
    if (!model || !architecture || model.checkpoint || model.family || found.has(pretrain.model)) continue;
    if (!isOfFamily(model, architecture)) found.set(pretrain.model, architecture);
  }
  return [...found].map(([name, architecture]) =>
    info(
      "not-exportable",
      ["models", name],
      `Transformers has no class for ${architecture === "decoder" ? "a" : "an"} ${architecture} with these settings, so pretrain export cannot write ${name} once it is trained. To export it, declare its sizes with family: ${familiesOf[architecture]}.`,
    ),
  );
}

/** Any vocabulary size; it does not matter here. */
const anyVocabulary = 1000;

function isOfFamily(model: ModelSpec, architecture: Architecture): boolean {
  try {
    familyOf(resolveModel(model, architecture, anyVocabulary));
    return true;
  } catch (error) {
    if (error instanceof CheckpointError) return false;
    throw error;
  }
}
