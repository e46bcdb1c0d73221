import { optionOf } from "#runtime/contract/catalogue/index.ts";
import type { Key, ObjectiveNeed } from "#runtime/contract/catalogue/types.ts";
import { listed } from "#runtime/contract/listed.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { Architecture, ModelSpec, Ref } from "#runtime/contract/spec.ts";
import { generatorSizes } from "#runtime/models/generator.ts";
import type { Use } from "../cells.ts";
import { type LeafObjectiveSpec, leavesOf, resolveArchitecture } from "../resolve.ts";
import { error, percent, type Rule, settingOf } from "./rule.ts";

/** The requirements of objectives on the model and the batch, other than the architecture, as declared in the catalogue. */
export const objectiveNeeds: Rule = ({ spec, uses }) =>
  uses.flatMap((use) => {
    const { model: modelName, objective } = use.pretrain;
    const model = spec.models[modelName];
    const architecture = model && resolveArchitecture(spec, model, objective);
    if (!model || !architecture) return [];
    const modelVaries = use.varied.includes("model") && !use.varied.includes("objective");
    const meeting = { use, modelName, model, architecture, path: use.at(modelVaries ? "model" : "objective") };
    return (leavesOf(spec, objective) ?? []).flatMap((leaf) => [...unmet(leaf, meeting), ...misfits(leaf, meeting)]);
  });

/** An objective with the model that is trained on it. */
interface Meeting {
  use: Use;
  modelName: Ref;
  model: ModelSpec;
  architecture: Architecture;
  path: SpecPath;
}

interface Leaf {
  key: Ref;
  objective: LeafObjectiveSpec;
}

function unmet({ key, objective }: Leaf, meeting: Meeting): Problem[] {
  const { needs, keys } = optionOf("objective", objective.kind)!;
  const chosen = keys.flatMap((setting) => {
    const choice = choicesOf(setting).find(({ name }) => name === valueOrDefault(objective, setting));
    return choice?.needs ? [{ need: choice.needs, setting, value: choice.name }] : [];
  });
  return [...(needs ? [{ need: needs }] : []), ...chosen].flatMap((each) => problemOf(key, each, meeting));
}

function problemOf(
  key: Ref,
  { need, setting, value }: { need: ObjectiveNeed; setting?: Key; value?: string },
  meeting: Meeting,
): Problem[] {
  const { use, modelName, model, architecture, path } = meeting;
  const others = setting ? choicesOf(setting).filter(({ needs }) => needs?.of !== need.of) : [];
  const instead =
    setting &&
    `${setting.name}: ${listed(
      others.map(({ name }) => name),
      "or",
    )}`;
  switch (need.of) {
    case "dropout": {
      if (model.dropout > 0) return [];
      const message = `${key} ${need.because}, but the model ${modelName} has none. Set dropout: 10% in ${modelName}${instead ? `, or ${instead} in ${key}` : ""}.`;
      return [error(need.code, path, message)];
    }
    case "sequences": {
      const { batch, accumulate } = use.pretrain;
      if (batch / accumulate >= 2) return [];
      const message = `${key} ${need.because}, but a batch of ${batch} in ${accumulate} parts has a single sequence in each. Use a larger batch.`;
      return [error(need.code, use.at("batch"), message)];
    }
    case "architecture": {
      if (need.architectures.includes(architecture)) return [];
      const subject = setting ? `${setting.name}: ${value} of ${key}` : key;
      const remedy = `${instead ? `Set ${instead} in ${key}, or use` : "Use"} an ${listed(need.architectures, "or a")}`;
      return [error(need.code, path, `${subject} ${need.because}, but ${modelName} is an ${architecture} here. ${remedy}.`)];
    }
  }
}

/** A share of the model's sizes must give a whole number of heads that divides the width. */
function misfits({ key, objective }: Leaf, { modelName, model, path }: Meeting): Problem[] {
  const { keys } = optionOf("objective", objective.kind)!;
  return keys.flatMap((setting) => {
    const share = valueOrDefault(objective, setting);
    if (!setting.scales || typeof share !== "number" || divides(model, share)) return [];
    const { hidden, heads } = generatorSizes(model, share);
    const others = [0.25, 0.5, 1].filter((candidate) => divides(model, candidate)).map(percent);
    const message =
      `With ${setting.name}: ${percent(share)} the ${setting.scales} of ${key} would be ${hidden} wide with ${heads} heads, which do not fit: ${modelName} has ${model.hidden} and ${model.heads}. ` +
      `Use a share that suits both, for example ${listed(others, "or")}.`;
    return [error("generator-does-not-fit", path, message)];
  });
}

function divides(model: ModelSpec, share: number): boolean {
  const { hidden, heads } = generatorSizes(model, share);
  return hidden % heads === 0 && (model.position !== "rotary" || (hidden / heads) % 2 === 0);
}

function choicesOf({ value }: Key) {
  return value.type === "choice" ? value.of : [];
}

/** The value of a setting; the specification omits some defaults. */
function valueOrDefault(objective: LeafObjectiveSpec, { name, default: usual }: Key): unknown {
  return settingOf(objective, name) ?? usual;
}
