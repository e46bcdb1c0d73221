import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, pretrainWith } from "../cli/cli.ts";

test("onnx leaves no traces of ONNX Runtime's telemetry", { timeout: 300_000 }, async () => {
  const home = folderWith({});
  const args = ["bench", "--engine", "onnx", "--size", "tiny", "--objective", "causal", "--seconds", "0.01", "--rounds", "1"];
  const { code, stdout } = await pretrainWith({ HOME: home, XDG_CACHE_HOME: join(home, ".cache") }, home, ...args);
  expect(code).toBe(0);
  expect(stdout).toContain("onnx");
  expect(existsSync(join(home, ".cache", "Microsoft"))).toBe(false);
});
