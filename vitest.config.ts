import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { userFolder } from "./runtime/machine/user-folder.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // two cores: files run one after the other where they start processes of their own
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // what the user installed changes no test; those of an installed engine look for it where it is
    env: { PRETRAIN_HOME: join(import.meta.dirname, "node_modules/.no-engines"), PRETRAIN_TEST_HOME: userFolder() },
  },
});
