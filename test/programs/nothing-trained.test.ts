import { expect, test } from "vitest";
import { trainingProgram } from "#runtime/programs/training-program.ts";
import { objectives, settingsOf, smallModel, textPart } from "./small.ts";

test.each([false, true])("if nothing is trained, there is only evaluation, accumulates %s", (accumulates) => {
  const model = smallModel();
  const settings = settingsOf(model, textPart(model, objectives.causal), 2, { accumulates });
  const namesOf = (given: typeof settings) => trainingProgram(given).functions.map(({ name }) => name);
  expect(namesOf(settings)).toHaveLength(accumulates ? 3 : 2);
  // engines lower all functions of a program, and there is no gradient of nothing
  expect(namesOf({ ...settings, trained: [], frozen: settings.trained })).toEqual(["evaluate.0"]);
});
