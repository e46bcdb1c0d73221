/** The same suites in the VS Code of a desktop: `node test/extension/desktop.ts`. */
import { runTests } from "@vscode/test-electron";
import { bundleSuite } from "./bundle.ts";
import { makeWorkspace, removeWorkspace, root, suites } from "./workspace.ts";

const workspace = makeWorkspace();
try {
  const extensionTestsPath = await bundleSuite();
  for (const suite of suites) {
    process.exitCode = await runTests({
      extensionDevelopmentPath: root,
      extensionTestsPath,
      extensionTestsEnv: { PRETRAIN_TEST_SUITE: suite },
      launchArgs: [workspace, "--disable-workspace-trust"],
    });
    if (process.exitCode !== 0) break;
  }
} finally {
  removeWorkspace(workspace);
}
