import { expect, test } from "vitest";
import { dropoutInputs } from "#runtime/programs/training-program.ts";
import { dropoutMasks } from "#runtime/train/drawn-masks.ts";
import { openMaskThread } from "#runtime/train/mask-thread.ts";
import { objectives, settingsOf, smallModel, textPart } from "../programs/small.ts";

const model = smallModel({ dropout: 0.3 });
const part = textPart(model, objectives.causal);
const settings = settingsOf(model, part, 2);
const expected = (step: number) => [0, 1].map((micro) => dropoutMasks(dropoutInputs(settings, part), 0.3, [5, step, micro]));

test("masks are those of their step, asked for early or not, in any order", async () => {
  const thread = openMaskThread(settings, { seed: 5, micro: 2 });
  expect(await thread.take(1, part)).toEqual(expected(1));
  thread.prepare(2, part);
  thread.prepare(3, part);
  thread.prepare(2, part);
  expect(await thread.take(3, part)).toEqual(expected(3));
  expect(await thread.take(2, part)).toEqual(expected(2));
  expect(await thread.take(2, part)).toEqual(expected(2));
  await thread.close();
});

test("without dropout there are none", async () => {
  const thread = openMaskThread({ ...settings, dropout: 0 }, { seed: 5, micro: 2 });
  expect(await thread.take(1, part)).toEqual([{}, {}]);
  await thread.close();
});
