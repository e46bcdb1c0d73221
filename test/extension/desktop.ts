/** The same suite in the VS Code of a desktop: `node test/extension/desktop.ts`. */
import { runTests } from "@vscode/test-electron";
import { bundleSuite } from "./bundle.ts";
import { makeWorkspace, removeWorkspace, root } from "./workspace.ts";

const workspace = makeWorkspace();
try {
  const extensionTestsPath = await bundleSuite();
  process.exitCode = await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath,
    launchArgs: [workspace, "--disable-workspace-trust"],
  });
} finally {
  removeWorkspace(workspace);
}
