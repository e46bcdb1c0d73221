import { vi } from "vitest";
import { isInstalled } from "#runtime/machine/installed-engines.ts";

/**
 * For tests that need the engine: the folder that it is installed in, or null. Other tests see no installed engine, whatever the
 * machine has (vitest.config.ts).
 */
export function withTensorflow(): boolean {
  vi.stubEnv("PRETRAIN_HOME", process.env.PRETRAIN_TEST_HOME);
  if (isInstalled("tensorflow")) return true;
  vi.unstubAllEnvs();
  console.warn("tensorflow is not installed (`pretrain engines install tensorflow`): its tests are skipped");
  return false;
}
