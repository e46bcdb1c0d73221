import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { chromium as browserType } from "playwright-core";
import { chromium, remote, startVsCode } from "./vscode-server.ts";
import { root } from "./workspace.ts";

/** Runs a bundled suite in the extension host of a real VS Code that has no window of its own. True where it is green. */
export async function runInHost(suite: string, workspace: string): Promise<boolean> {
  const out = mkdtempSync(join(tmpdir(), "pretrain-suite-"));
  const report = join(out, "report.txt");
  const resultsFile = join(out, "results.json");
  const browserLog: string[] = [];
  let code: number | undefined;
  try {
    code = await inBrowser(suite, workspace, { PRETRAIN_TEST_LOG: report, PRETRAIN_TEST_RESULTS: resultsFile }, browserLog);
  } catch (error) {
    console.error(error);
  }
  if (existsSync(report)) console.log(readFileSync(report, "utf8"));
  const results = existsSync(resultsFile)
    ? (JSON.parse(readFileSync(resultsFile, "utf8")) as { passed: number; failed: number })
    : undefined;
  rmSync(out, { recursive: true, force: true });
  // a suite that did not run is not green
  const green = code === 0 && results !== undefined && results.failed === 0 && results.passed > 0;
  if (!green)
    console.error(
      `exit code ${code}, results ${JSON.stringify(results)}; the last of the log:\n${browserLog
        .filter((line) => !line.includes("Ignoring fetching"))
        .slice(-8)
        .map((line) => line.slice(0, 300))
        .join("\n")}`,
    );
  return green;
}

async function inBrowser(suite: string, workspace: string, environment: Record<string, string>, log: string[]): Promise<number> {
  const server = await startVsCode({ driver: true, environment });
  try {
    const browser = await browserType.launch(chromium);
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const ended = new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new Error("the suite did not end in time")), 600_000).unref();
        page.on("crash", () => reject(new Error("the page crashed")));
        // both before the page is there: a quick suite cannot end before them
        void page.exposeFunction("codeAutomationExit", resolve);
        void page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => log.push(`[${type}] ${format(...args)}`));
      });
      const url = new URL(server.url);
      url.searchParams.set("folder", workspace);
      url.searchParams.set(
        "payload",
        JSON.stringify([
          ["extensionDevelopmentPath", remote(server, root)],
          ["extensionTestsPath", remote(server, suite)],
          ["skipWelcome", "true"],
        ]),
      );
      await page.goto(url.href);
      return await ended;
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}
