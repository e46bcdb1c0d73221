import { expect, test } from "vitest";
import { aliases, meantBy } from "#runtime/contract/catalogue/aliases.ts";
import { catalogue, type Key, type ValueType } from "#runtime/contract/catalogue/index.ts";

test("every alias leads to names that the catalogue has, and is none itself where it leads", () => {
  const names = new Set([
    ...catalogue.declarations.map(({ kind }) => kind as string),
    ...catalogue.options.map(({ name }) => name),
    ...catalogue.metrics.map(({ name }) => name),
    ...[...catalogue.declarations, ...catalogue.options].flatMap(({ keys }) => keys.flatMap(namesIn)),
    "extends",
    "import",
  ]);
  const astray = [...aliases].flatMap(([alias, meant]) =>
    meant.filter((name) => name === alias || !names.has(name)).map((name) => `${alias}: ${name}`),
  );
  expect(astray).toEqual([]);
});

test("an alias is understood in other spellings too", () => {
  for (const name of ["num_train_epochs", "numTrainEpochs", "--num-train-epochs", "NUM_TRAIN_EPOCHS"])
    expect(meantBy(name, ["epochs", "batch"]), name).toEqual(["epochs"]);
  expect(meantBy("learning-rate", ["learning_rate"])).toEqual(["learning_rate"]);
  for (const name of ["constructor", "__proto__", "toString"]) expect(meantBy(name, ["batch"])).toEqual([]);
});

function namesIn({ name, value }: Key): string[] {
  return [name, ...namesOf(value)];
}

function namesOf(type: ValueType): string[] {
  if (type.type === "choice") return type.of.map(({ name }) => name);
  if (type.type === "list") return namesOf(type.of);
  if (type.type === "either") return type.of.flatMap(namesOf);
  if (type.type === "block") return type.keys.flatMap(namesIn);
  return type.type === "quantity" ? [...type.units] : [];
}
