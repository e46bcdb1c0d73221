import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startVsCode } from "./vscode-server.ts";
import { openWindow } from "./window.ts";
import { experiment, makeWorkspace, removeWorkspace, root } from "./workspace.ts";

/** The installed package as a user sees it, from the first lens to a comparison. True where every step is green. */
export async function testInBrowser(): Promise<boolean> {
  const pictures = join(root, "dist/test/pictures");
  mkdirSync(pictures, { recursive: true });
  const workspace = makeWorkspace();
  const server = await startVsCode({ driver: false, vsix: join(root, `dist/pretrain-${process.platform}-${process.arch}.vsix`) });
  const window = await openWindow(server, workspace, "tiny.pretrain");
  const { page, lens, lensAbove, palette, webview, reveal } = window;
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text()) && /pretrain/i.test(message.location().url + message.text()))
      refused.push(message.text());
  });
  let passed = 0;
  let failed = 0;
  const step = async (name: string, act: () => Promise<void>) => {
    // what comes after a step stands on it
    if (failed > 0) return;
    const begin = Date.now();
    try {
      await act();
      passed++;
      console.log(`  ✔ ${name} (${Date.now() - begin} ms)`);
    } catch (error) {
      failed++;
      await page.screenshot({ path: join(pictures, `failed-${failed}.png`) }).catch(() => undefined);
      console.log(`  ✘ ${name}: ${(error as Error).message.slice(0, 1200)}`);
    }
  };
  const lineOf = (text: string) => experiment.split("\n").findIndex((line) => line.startsWith(text)) + 1;
  const points = async (title: string) => Number((await (await webview(title)).locator(".curves").getAttribute("data-points")) ?? 0);
  const grows = async (title: string) => {
    const before = await points(title);
    await until(async () => (await points(title)) > before && (await points(title)) > 10);
  };

  try {
    await step("the folder opens with lenses above the declarations", async () => {
      await window.open();
      await lens("Preview").first().waitFor();
      await lens("entries, not trained yet").waitFor();
    });
    await step("Run starts a pre-training, which shows how far it is", async () => {
      await reveal(lineOf("pretrain long"));
      await (await lensAbove("pretrain base", "Run")).locator("a", { hasText: "Run" }).click();
      await page.locator(".notification-toast", { hasText: "base" }).waitFor();
      await (await lensAbove("pretrain base", "Stop")).waitFor();
    });
    await step("its score stands above the declaration", async () => {
      await lensAbove("pretrain base", /perplexity \d/);
    });
    await step("Open shows its curves, with a row of numbers to read", async () => {
      await (await lensAbove("pretrain base", "Open")).locator("a", { hasText: "Open" }).click();
      await page.locator(".tab.active", { hasText: "base" }).waitFor();
      const view = await webview("base");
      await view.locator("table td", { hasText: "400 of 400" }).waitFor();
      await view.locator("canvas").first().waitFor();
      assert.equal(await points("base"), 400);
      await page.screenshot({ path: join(pictures, "curves.png") });
    });
    await step("the curves of what runs grow", async () => {
      await page.locator('.tab[data-resource-name="tiny.pretrain"]').click();
      await (await lensAbove("pretrain long", "Run")).locator("a", { hasText: "Run" }).click();
      await (await lensAbove("pretrain long", "Chart")).locator("a", { hasText: "Chart" }).click();
      await page.locator(".tab.active", { hasText: "long" }).waitFor();
      await grows("long");
      await page.screenshot({ path: join(pictures, "running.png") });
    });
    await step("a reload in the middle of a run: it goes on, and the page comes back", async () => {
      await Promise.all([page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame()), palette("Developer: Reload Window")]);
      await page.locator(".tab.active", { hasText: "long" }).waitFor();
      await grows("long");
      await lensAbove("pretrain long", "Stop");
      await page.locator('[id="pretrain.pretrain.pretrain.running"]', { hasText: "long" }).waitFor();
    });
    await step("Stop stops it, and Continue is offered", async () => {
      await (await lensAbove("pretrain long", "Stop")).locator("a", { hasText: "Stop" }).click();
      await lensAbove("pretrain long", "Continue");
    });
    await step("a comparison from the palette: verdicts, the table and the chart", async () => {
      await reveal(lineOf("compare objectives"));
      await (await lensAbove("compare objectives", "Run")).locator("a", { hasText: "Run" }).click();
      await palette("Pretrain: Compare Runs");
      const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "objectives" }).first();
      await row.waitFor();
      await row.locator(".label-name").first().click();
      await page.locator(".quick-input-widget", { hasText: "1 Selected" }).waitFor();
      await page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
      await page.locator(".tab.active", { hasText: "objectives" }).waitFor();
      const view = await webview("objectives");
      await view.locator("h1", { hasText: "Which objective serves the task best?" }).waitFor();
      await view.locator(".verdicts li", { hasText: "Expected clm > scratch" }).waitFor({ timeout: 120_000 });
      await lensAbove("compare objectives", /century\.accuracy/, 150_000);
      await view.locator("table.results tbody tr", { hasText: "majority" }).waitFor();
      const rows = await view.locator("table.results tbody tr").allTextContents();
      assert.deepEqual(
        rows.map((text) => /^(clm|mlm|t5|scratch|majority)/.exec(text)?.[1]).filter((name) => name !== "scratch"),
        ["clm", "mlm", "t5", "majority"],
      );
      const chart = view.locator('section.chart:has(h2:text-is("century.accuracy")) svg').first();
      await chart.waitFor();
      const labels = await chart.locator("text").allTextContents();
      for (const name of ["clm", "mlm", "t5"]) assert.ok(labels.includes(name), `${name} is not in ${labels.join(", ")}`);
      await page.screenshot({ path: join(pictures, "comparison.png") });
    });
    await step("the table sorts by a column", async () => {
      const view = await webview("objectives");
      await view.locator("button.sort", { hasText: "century.accuracy" }).click();
      await view.locator('th[aria-sort="descending"]', { hasText: "century.accuracy" }).waitFor();
      const values = (await view.locator("table.results tbody tr td:nth-child(2)").allTextContents()).map(Number.parseFloat);
      assert.deepEqual(
        values,
        [...values].sort((a, b) => b - a),
      );
    });
    await step("Preview shows input and target with the hidden spans marked", async () => {
      await page.locator('.tab[data-resource-name="tiny.pretrain"]').click();
      await reveal(lineOf("objective clm"));
      await (await lensAbove("objective t5", "Preview")).locator("a", { hasText: "Preview" }).click();
      const view = await webview("Preview t5");
      const pair = view.locator(".pair").first();
      await pair.locator('[data-role="input"] mark', { hasText: "<extra_id_0>" }).waitFor();
      await pair.locator('[data-role="target"] mark.mark-0').first().waitFor();
      await page.screenshot({ path: join(pictures, "preview.png") });
    });
    await step("broken text keeps its last lenses; mended, all is as before", async () => {
      await page.locator('.tab[data-resource-name="tiny.pretrain"]').click();
      await reveal(lineOf("model tiny"));
      await page.keyboard.press("End");
      await page.keyboard.press("Backspace");
      await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "attached" });
      await lensAbove("objective t5", "Preview");
      await page.keyboard.type("{");
      await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "detached" });
      await lensAbove("objective t5", "Preview");
    });
    await step("the view lists experiments with their states", async () => {
      await page.locator('.activitybar [aria-label^="Pretrain"]').first().click();
      await page.locator('.monaco-list-row[aria-label*="base, done"]').waitFor();
      await page.locator('.monaco-list-row[aria-label*="long, stopped"]').waitFor();
      await page.locator('.monaco-list-row[aria-label*="objectives, done"]').waitFor();
      await page.screenshot({ path: join(pictures, "view.png") });
    });
    await step("no page asked for what its security policy refuses", async () => assert.deepEqual(refused, []));
  } finally {
    await window.browser.close();
    await server.stop();
    removeWorkspace(workspace);
  }
  console.log(`  ${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 45_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
