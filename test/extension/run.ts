/**
 * `npm run test:extension`: installs a real VS Code for tests, builds and packages the extension, runs the suite inside the extension
 * host and then the user interface in a browser. `--host` and `--browser` run one of the two.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { testInBrowser } from "./browser.ts";
import { bundleSuite } from "./bundle.ts";
import { runInHost } from "./headless.ts";
import { makeWorkspace, removeWorkspace, root } from "./workspace.ts";

const only = process.argv.slice(2);
const wanted = (part: string) => only.length === 0 || only.includes(part);

execFileSync("bash", [join(root, "tools/vscode/install.sh")], { stdio: "inherit" });
execFileSync(process.execPath, [join(root, "tools/build.ts")], { stdio: "inherit" });
let green = true;
if (wanted("--host")) {
  const workspace = makeWorkspace();
  green = await runInHost(await bundleSuite(), workspace);
  removeWorkspace(workspace);
}
if (wanted("--browser")) {
  execFileSync(process.execPath, [join(root, "tools/package-extension.ts")], { stdio: ["ignore", "ignore", "inherit"] });
  green = (await testInBrowser()) && green;
}
process.exitCode = green ? 0 : 1;
