import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { chooseEngine, loadEngine } from "#runtime/engines/engine-table.ts";
import { engineFolder, installedFile } from "#runtime/machine/installed-engines.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { withTensorflow } from "./tensorflow.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("auto", () => {
  test("takes onnx where tensorflow is not installed, and says so without a warning", async () => {
    vi.stubEnv("PRETRAIN_HOME", temporaryFolder());
    const { engine, ...why } = await chooseEngine("auto", { threads: 1 });
    expect(engine.name).toBe("onnx");
    expect(why).toEqual({ reason: "onnx is the fastest engine here; tensorflow is not installed" });
  });

  test("warns where another engine's option is given", async () => {
    vi.stubEnv("PRETRAIN_HOME", temporaryFolder());
    const { warning } = await chooseEngine("auto", { threads: 1, engineOptions: { xla: true } });
    expect(warning).toBe("--xla is an option of tensorflow, and onnx runs this without it");
  });

  test("warns where tensorflow is installed and cannot be loaded", async () => {
    vi.stubEnv("PRETRAIN_HOME", temporaryFolder());
    const folder = engineFolder("tensorflow");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, installedFile), JSON.stringify({ tensorflow: "2.21.0", "tfjs-node-gpu": "4.22.0", gpu: false }));
    const { engine, warning } = await chooseEngine("auto", { threads: 1 });
    expect(engine.name).toBe("onnx");
    expect(warning).toMatch(/^tensorflow could not be loaded: Cannot find module .*tfjs_binding.node.*; onnx runs this instead$/);
  });

  test.runIf(withTensorflow())("takes tensorflow where it is installed", async () => {
    withTensorflow();
    const { engine, ...why } = await chooseEngine("auto", { threads: 1 });
    expect(engine.name).toBe("tensorflow");
    expect(why).toEqual({ reason: "tensorflow is the fastest engine here" });
    expect(await engine.describe()).toMatchObject({
      engine: "tensorflow",
      version: expect.stringMatching(/^TensorFlow 2\./),
      options: { xla: false },
    });
  });
});

test("an engine that was asked for by name is never replaced", async () => {
  vi.stubEnv("PRETRAIN_HOME", temporaryFolder());
  await expect(loadEngine("tensorflow", { threads: 1 })).rejects.toThrow(
    "it is not installed; `pretrain engines install tensorflow` gets it",
  );
  expect(dirname(engineFolder("tensorflow"))).toContain(process.env.PRETRAIN_HOME!);
});
