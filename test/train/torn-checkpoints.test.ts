import { mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpointProblems, latestCheckpoint, saveCheckpoint } from "#runtime/train/training-checkpoints.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const parameters = [{ name: "w", shape: [4], init: { kind: "zeros" } }] as unknown as Parameters<typeof saveCheckpoint>[2]["parameters"];

/** Checkpoints after steps 1, 2 and 3. */
function run(): string {
  const folder = join(temporaryFolder(), "pretrain-1");
  mkdirSync(folder);
  for (const step of [1, 2, 3]) {
    const values = { w: Float32Array.from([step, step, step, step]) };
    const state = { weights: values, moments: { first_moment: values, second_moment: values } };
    saveCheckpoint(folder, { step, progress: { loss: step }, state }, { parameters, keep: 3 });
  }
  return folder;
}

const file = (folder: string, step: number, name: string) => join(folder, "checkpoints", `step-0000000${step}`, name);

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 2]! ^= 1;
  writeFileSync(path, bytes);
}

test.each([
  ["tensors that are cut", (folder: string) => truncateSync(file(folder, 3, "state.safetensors"), 40)],
  ["a byte of the tensors", (folder: string) => flip(file(folder, 3, "state.safetensors"))],
  ["a state that is cut", (folder: string) => truncateSync(file(folder, 3, "state.json"), 20)],
  [
    "another step in its state",
    (folder: string) => {
      const path = file(folder, 3, "state.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"loss": 3', '"loss": 2'));
    },
  ],
  [
    "the folder of another step",
    (folder: string) => {
      renameSync(join(folder, "checkpoints/step-00000003"), join(folder, "checkpoints/step-00000009"));
    },
  ],
])("with %s in the newest checkpoint, the older one is gone on from", (_, damage) => {
  const folder = run();
  damage(folder);
  expect(checkpointProblems(folder)).toHaveLength(1);
  const warnings: string[] = [];
  const found = latestCheckpoint<{ loss: number }>(folder, (message) => warnings.push(message));
  expect(found).toMatchObject({ step: 2, progress: { loss: 2 } });
  expect([...found!.state.weights.w!]).toEqual([2, 2, 2, 2]);
  expect(warnings).toEqual([expect.stringMatching(/^a checkpoint is left out: .*step-0000000[39]/)]);
  expect(checkpointProblems(folder)).toEqual([]);
});

test("without a whole checkpoint there is none", () => {
  const folder = run();
  for (const step of [1, 2, 3]) truncateSync(file(folder, step, "state.json"), 0);
  expect(latestCheckpoint(folder, () => {})).toBeUndefined();
});

test("a checkpoint names its other files: one with different best weights is skipped", () => {
  const folder = join(temporaryFolder(), "finetune-1");
  mkdirSync(join(folder, "checkpoints"), { recursive: true });
  writeFileSync(join(folder, "checkpoints/best-epoch-00001.safetensors"), "weights");
  const values = { w: new Float32Array(4) };
  const state = { weights: values, moments: { first_moment: values, second_moment: values } };
  const beside = ["best-epoch-00001.safetensors"];
  saveCheckpoint(folder, { step: 1, progress: {}, state }, { parameters, keep: 1, beside });
  expect(latestCheckpoint(folder, () => {})).toMatchObject({ step: 1 });
  flip(join(folder, "checkpoints/best-epoch-00001.safetensors"));
  expect(latestCheckpoint(folder, () => {})).toBeUndefined();
});
