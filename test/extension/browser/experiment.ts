import assert from "node:assert/strict";
import type { Window } from "../window.ts";
import { lineOf } from "../workspace.ts";
import { type Steps, until } from "./steps.ts";

/** From the first lens to a comparison. */
export async function testExperiment(window: Window, { step, picture }: Steps): Promise<void> {
  const { page, lens, lensAbove, press, palette, webview, reveal } = window;
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text()) && /pretrain/i.test(message.location().url + message.text()))
      refused.push(message.text());
  });
  const points = async (title: string) => Number((await (await webview(title)).locator(".curves").getAttribute("data-points")) ?? 0);
  const grows = async (title: string) => {
    const before = await points(title);
    await until(async () => (await points(title)) > before && (await points(title)) > 10);
  };

  await step("the folder opens with lenses above the declarations", async () => {
    await window.open();
    await lens("Preview").first().waitFor();
    await lens("entries, not trained yet").waitFor();
  });
  await step("Run starts a pre-training, which shows how far it is", async () => {
    await reveal(lineOf("pretrain long"));
    await press("pretrain base", "Run", page.locator(".notification-toast", { hasText: "base" }));
    await (await lensAbove("pretrain base", "Stop")).waitFor();
  });
  await step("its score stands above the declaration", async () => {
    await lensAbove("pretrain base", /perplexity \d/);
  });
  await step("Open shows its curves, with a row of numbers to read", async () => {
    await press("pretrain base", "Open", page.locator(".tab.active", { hasText: "base" }));
    const view = await webview("base");
    await view.locator("table td", { hasText: "400 of 400" }).waitFor();
    await view.locator("canvas").first().waitFor();
    assert.equal(await points("base"), 400);
    await picture("curves");
  });
  await step("the curves of what runs grow", async () => {
    await page.locator('.tab[data-resource-name="tiny.pretrain"]').click();
    await press("pretrain long", "Run", page.locator(".notification-toast", { hasText: "long" }));
    await press("pretrain long", "Chart", page.locator(".tab.active", { hasText: "long" }));
    await grows("long");
    await picture("running");
  });
  await step("a reload in the middle of a run: it goes on, and the page comes back", async () => {
    await Promise.all([page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame()), palette("Developer: Reload Window")]);
    await page.locator(".tab.active", { hasText: "long" }).waitFor();
    await grows("long");
    await lensAbove("pretrain long", "Stop");
    await page.locator('[id="pretrain.pretrain.pretrain.running"]', { hasText: "long" }).waitFor();
  });
  await step("Stop stops it, and Continue is offered", async () => {
    await press("pretrain long", "Stop", lens("Continue"));
    await lensAbove("pretrain long", "Continue");
  });
  await step("a comparison from the palette: verdicts, the table and the chart", async () => {
    await palette("Pretrain: Run");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "objectives" }).locator(".label-name").first().click();
    await page.locator(".notification-toast", { hasText: "objectives" }).waitFor();
    await reveal(lineOf("compare objectives"));
    await lensAbove("compare objectives", "Stop");
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
    await lensAbove("compare objectives", /on century/, 150_000);
    await view.getByRole("rowheader", { name: "majority", exact: true }).waitFor();
    const rows = await view.locator("table.results:not(.matrix) tbody tr").allTextContents();
    assert.deepEqual(
      rows.map((text) => /^(clm|mlm|t5|scratch|majority)/.exec(text)?.[1]).filter((name) => name !== "scratch"),
      ["clm", "mlm", "t5", "majority"],
    );
    const chart = view.locator('section.chart:has(h2:text-is("century.accuracy")) svg').first();
    await chart.waitFor();
    const labels = await chart.locator("text").allTextContents();
    for (const name of ["clm", "mlm", "t5"]) assert.ok(labels.includes(name), `${name} is not in ${labels.join(", ")}`);
    await picture("comparison");
  });
  await step("the Test Explorer says how what was expected was answered", async () => {
    await palette("Testing: Focus on Test Explorer View");
    const row = page.locator(".test-explorer .monaco-list-row", { hasText: "tiny.pretrain" }).first();
    await until(async () => /\((Passed|Failed|Skipped)\)/.test((await row.getAttribute("aria-label")) ?? ""));
    await picture("tests");
  });
  await step("the table sorts by a column", async () => {
    const view = await webview("objectives");
    await view.locator("button.sort", { hasText: "century.accuracy" }).click();
    await view.locator('th[aria-sort="descending"]', { hasText: "century.accuracy" }).waitFor();
    const values = (await view.locator("table.results:not(.matrix) tbody tr td:nth-child(2)").allTextContents()).map(Number.parseFloat);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
  });
  await step("Preview shows input and target with the hidden spans marked", async () => {
    await page.locator('.tab[data-resource-name="tiny.pretrain"]').click();
    await reveal(lineOf("objective clm"));
    await press("objective t5", "Preview", page.locator(".tab.active", { hasText: "Preview t5" }));
    const view = await webview("Preview t5");
    const pair = view.locator(".pair").first();
    await pair.locator('[data-role="input"] mark', { hasText: "<extra_id_0>" }).waitFor();
    await pair.locator('[data-role="target"] mark.mark-0').first().waitFor();
    await picture("preview");
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
    await picture("view");
  });
  await step("no page asked for what its security policy refuses", async () => assert.deepEqual(refused, []));
}
