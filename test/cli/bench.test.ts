import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../runs/temporary.ts";
import { pretrain } from "./cli.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

test("bench trains on the engine that was asked for and prints the document that other programs read", async () => {
  const requested = ["--engine", "onnx", "--size", "tiny", "--objective", "causal"];
  const little = ["--rounds", "1", "--seconds", "0.05", "--threads", "1"];
  const { code, stdout, stderr } = await pretrain(temporaryFolder(), "bench", ...requested, ...little, "--json");
  expect(code, stderr).toBe(0);
  const { peak_gflops, rows } = JSON.parse(stdout) as { peak_gflops: number; rows: Record<string, number | string>[] };
  expect(peak_gflops).toBeGreaterThan(0);
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row).toMatchObject({ engine: "onnx", objective: "causal", size: "tiny" });
  // two layers of width 64, 128 tokens, 32 positions
  expect(row!.parameters).toBe(2 * (12 * 64 ** 2 + 13 * 64) + (128 + 32) * 64 + 2 * 64);
  for (const name of ["tokens_per_second", "gflops", "fraction_of_peak", "peak_memory_bytes", "compile_seconds", "step_milliseconds"])
    expect(row![name], name).toBeGreaterThan(0);
  for (const name of ["waiting_for_data", "overhead"]) expect(row![name], name).toBeLessThan(1);
});
