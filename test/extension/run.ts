/**
 * `npm run test:extension`: installs a real VS Code for tests, builds and packages the extension, runs the suites inside the extension
 * host and then the user interface in a browser. `--host` and `--browser` run one of the two.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testInBrowser } from "./browser/run.ts";
import { bundleSuite } from "./bundle.ts";
import { type Counts, countsLine, sumOf } from "./counts.ts";
import { runInHost } from "./headless.ts";
import { chromium } from "./vscode-server.ts";
import { makeWorkspace, removeWorkspace, root, suites } from "./workspace.ts";

/** Null where these tests can run: VS Code's server comes for Linux, and a browser has to be there or be installed. */
export function whyNotTested(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "they need Linux on x64; `node test/extension/desktop.ts` runs the suites in the VS Code of this desktop";
  if (existsSync(chromium.executablePath)) return null;
  const installable = process.getuid?.() === 0 && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
  return installable ? null : `there is no ${chromium.executablePath}; set CHROMIUM to the path of one`;
}

/** @param parts `--host`, `--browser`; none: both */
export async function testExtension(parts: readonly string[] = []): Promise<Counts> {
  const requested = (part: string) => parts.length === 0 || parts.includes(part);
  const counts: Counts[] = [];
  try {
    execFileSync("bash", [join(root, "tools/vscode/install.sh")], { stdio: "inherit" });
    execFileSync(process.execPath, [join(root, "tools/build.ts")], { stdio: "inherit" });
    if (requested("--host")) {
      const workspace = makeWorkspace();
      const bundle = await bundleSuite();
      for (const suite of suites) counts.push(await runInHost(bundle, workspace, suite));
      removeWorkspace(workspace);
    }
    if (requested("--browser")) {
      execFileSync(process.execPath, [join(root, "tools/package-extension.ts"), "--unmeasured"], { stdio: "inherit" });
      counts.push(await testInBrowser());
    }
  } catch (error) {
    console.error(error);
    counts.push({ passed: 0, failed: 1, skipped: 0 });
  }
  return sumOf(counts);
}

if (import.meta.main) {
  const total = await testExtension(process.argv.slice(2));
  console.log(countsLine(total));
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}
