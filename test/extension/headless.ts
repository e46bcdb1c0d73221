import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { chromium as browserType } from "playwright-core";
import type { Counts } from "./counts.ts";
import { chromium, remote, startVsCode } from "./vscode-server.ts";
import { root, type Suite } from "./workspace.ts";

/** Runs a suite of the bundle in the extension host of a real VS Code that has no window of its own. */
export async function runInHost(bundle: string, workspace: string, suite: Suite): Promise<Counts> {
  const out = mkdtempSync(join(tmpdir(), "pretrain-suite-"));
  const report = join(out, "report.txt");
  const resultsFile = join(out, "results.json");
  const browserLog: string[] = [];
  let code: number | undefined;
  try {
    const environment = { PRETRAIN_TEST_SUITE: suite, PRETRAIN_TEST_LOG: report, PRETRAIN_TEST_RESULTS: resultsFile };
    code = await inBrowser(bundle, workspace, environment, browserLog);
  } catch (error) {
    console.error(error);
  }
  if (existsSync(report)) console.log(readFileSync(report, "utf8"));
  const results = existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Counts) : undefined;
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
  return { passed: results?.passed ?? 0, failed: green ? 0 : Math.max(1, results?.failed ?? 0), skipped: results?.skipped ?? 0 };
}

async function inBrowser(bundle: string, workspace: string, environment: Record<string, string>, log: string[]): Promise<number> {
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
          ["extensionTestsPath", remote(server, bundle)],
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
