/**
 * Takes the pictures of the documentation from the packaged extension, in light, dark and high contrast: `docs/images/<what>-<theme>.png`.
 * The experiment is the walkthrough's template: one run completed, and a longer one captured while it runs.
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVsCode } from "../test/extension/vscode-server.ts";
import { openWindow } from "../test/extension/window.ts";

const root = join(import.meta.dirname, "..");
const images = join(root, "docs/images");
const file = "which-objective.pretrain";
const themes = { light: "Default Light Modern", dark: "Default Dark Modern", contrast: "Default High Contrast" };
const more = `
/** What does each layer know of the century? */
probe layers {
  of: [base]
  tasks: [century]
}

/** Long enough to be seen at work. */
pretrain longer {
  extends: base
  budget: 100M tokens
}
`;

const folder = join(mkdtempSync(join(tmpdir(), "pretrain-pictures-")), "experiments");
mkdirSync(folder);
mkdirSync(images, { recursive: true });
cpSync(join(root, "media/sample"), join(folder, "sample"), { recursive: true });
writeFileSync(join(folder, file), `${readFileSync(join(root, "media/templates", file), "utf8")}${more}`);
const lines = readFileSync(join(folder, file), "utf8").split("\n");
const lineOf = (text: string) => lines.findIndex((line) => line.startsWith(text)) + 1;
const cli = join(root, "dist/cli.js");
console.log("running the experiment…");
for (const name of ["objectives", "base", "layers"])
  execFileSync(process.execPath, [cli, "run", file, name, "--json"], { cwd: folder, stdio: "ignore" });
const running = spawn(process.execPath, [cli, "run", file, "longer", "--json"], { cwd: folder, stdio: "ignore" });
try {
  for (const [name, theme] of Object.entries(themes)) await takePictures(name, theme);
} finally {
  running.kill("SIGINT");
  rmSync(join(folder, ".."), { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

async function takePictures(name: string, theme: string): Promise<void> {
  const settings = { "workbench.colorTheme": theme, "explorer.compactFolders": false, "breadcrumbs.enabled": false };
  const server = await startVsCode({ driver: false, vsix: join(root, `dist/pretrain-${process.platform}-${process.arch}.vsix`), settings });
  const window = await openWindow(server, folder, file, { width: 1440, height: 900 });
  const { page, lensAbove, press, palette, webview, reveal } = window;
  const picture = async (what: string) => {
    // waits until everything is drawn
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(images, `${what}-${name}.png`) });
  };
  const backToText = () => page.locator(`.tab[data-resource-name="${file}"]`).click();
  try {
    await window.open();
    await page.locator('.activitybar [aria-label^="Pretrain"]').first().click();
    await reveal(lineOf("task century"));
    await lensAbove("pretrain base", "perplexity");
    await picture("text");

    await reveal(lineOf("compare objectives"));
    await lensAbove("probe layers", "at layer");
    await press("compare objectives", "Plan", page.locator(".tab.active", { hasText: "Plan of objectives" }));
    await (await webview("Plan of objectives")).locator("p", { hasText: "FLOPs to do" }).first().waitFor();
    await picture("plan");
    await palette("View: Close Editor");

    await reveal(lineOf("probe layers"));
    await press("pretrain longer", "Chart", page.locator(".tab.active", { hasText: "longer" }));
    await (await webview("longer")).locator("canvas").first().waitFor();
    await picture("run");

    await backToText();
    await press("compare objectives", "Open", page.locator(".tab.active", { hasText: "objectives" }));
    await (await webview("objectives")).locator("table.results").waitFor();
    await picture("comparison");

    await backToText();
    await reveal(lineOf("objective clm"));
    await press("objective t5", "Preview", page.locator(".tab.active", { hasText: "Preview t5" }));
    await (await webview("Preview t5")).locator("mark").first().waitFor();
    await picture("preview");

    await palette("Pretrain: Compare Runs");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "objectives" }).first().waitFor();
    await picture("pick");
    await page.keyboard.press("Escape");
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });

    await page.locator(".tab", { hasText: "Preview t5" }).click();
    await palette("View: Close All Editors in Group");
    await reveal(lineOf("objective mlm"));
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("00");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "attached" });
    await palette("Go to Next Problem in Files");
    await picture("problem");
    // the next theme starts from the original file
    await palette("File: Revert File");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "detached" });
  } finally {
    await window.browser.close();
    await server.stop();
  }
}
