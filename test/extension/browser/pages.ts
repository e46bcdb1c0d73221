import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Window } from "../window.ts";
import { type Steps, until } from "./steps.ts";

/** What pages and the tree offer beside looking, on the runs that are there. */
export async function testPages(window: Window, { step, picture }: Steps, workspace: string): Promise<void> {
  const { page, open, webview, menu } = window;
  const row = (text: string) => page.locator(".pane-body .monaco-list-row", { hasText: text });

  await step("a click on an experiment of the view opens its text, its menu its page", async () => {
    await open();
    await page.locator('.activitybar [aria-label^="Pretrain"]').first().click();
    await row("words").waitFor();
    // rows still move while the other file is read
    await page.waitForTimeout(3000);
    await menu(row("base").first(), "Open Results");
    await page.locator(".tab.active", { hasText: "base" }).waitFor();
    await (await webview("base")).locator("table td", { hasText: "400 of 400" }).waitFor();
  });
  await step("a chart is saved as SVG, PNG and CSV", async () => {
    const saved = async (format: string) => {
      const target = join(workspace, `loss.${format}`);
      await (await webview("base")).locator(`vscode-button[title="Save Loss as ${format.toUpperCase()}"]`).click();
      const input = page.locator(".quick-input-widget input[type=text]");
      // the dialog lists a folder first, with the name that it proposes; until then it forgets what is typed, and answers nothing
      await until(async () => (await input.inputValue({ timeout: 1000 })).endsWith(`.${format}`));
      await until(async () => {
        if (existsSync(target) && readFileSync(target).length > 0) return true;
        if (!(await input.isVisible())) return false;
        await input.fill(target);
        await page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click({ timeout: 1000 });
        await page.waitForTimeout(1000);
        return false;
      });
      return readFileSync(target);
    };
    const svg = (await saved("svg")).toString("utf8");
    const tags = await page.evaluate((text) => {
      const read = new DOMParser().parseFromString(text, "image/svg+xml");
      return Array.from(
        read.querySelectorAll("parsererror, path, text"),
        ({ tagName, textContent }) => `${tagName} ${textContent?.replace(/\s/g, " ")}`,
      );
    }, svg);
    assert.ok(!tags.some((tag) => tag.startsWith("parsererror")), svg);
    for (const tag of ["path ", "text Steps", "text base, validation"]) assert.ok(tags.includes(tag), `${tag} is not in the picture`);
    assert.equal((await saved("png")).subarray(1, 4).toString("latin1"), "PNG");
    const [head, ...rows] = (await saved("csv")).toString("utf8").trim().split("\n");
    assert.equal(head, "run,step,tokens,flops,seconds,loss");
    assert.ok(rows.length >= 400, `${rows.length} rows`);
    assert.match(rows[0]!, /^base,1,256,/);
  });
  await step("the axis changes, and the keyboard zooms", async () => {
    const view = await webview("base");
    const drawing = view.locator(".drawing").first();
    const before = await drawing.screenshot();
    await view.locator("vscode-single-select").click();
    await view.locator("vscode-single-select .option", { hasText: "Tokens" }).click();
    await until(async () => !(await drawing.screenshot()).equals(before));
    const whole = await drawing.screenshot();
    await drawing.focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press("+");
    await until(async () => !(await drawing.screenshot()).equals(whole));
    await picture("zoomed");
    await page.keyboard.press("0");
  });
  await step("a chart says in words what it draws", async () => {
    const view = await webview("base");
    const label = await view.locator(".drawing").first().getAttribute("aria-label");
    assert.match(label ?? "", /^Loss\. base: 400 points, last \d/);
  });
  await step("runs that are picked in the tree stand side by side", async () => {
    await row("objectives").first().locator(".monaco-tl-twistie").click();
    await row("pretrain: objectives: clm, seed 1").first().click();
    await row("pretrain: objectives: mlm, seed 1")
      .first()
      .click({ modifiers: ["Control"] });
    await menu(row("pretrain: objectives: mlm, seed 1").first(), "Compare Runs…");
    await page.locator(".tab.active", { hasText: "Compare runs" }).waitFor();
    const view = await webview("Compare runs");
    await view.locator("table.results tbody tr").nth(1).waitFor();
    await view.locator("button.sort", { hasText: "objective kind" }).waitFor();
    await until(async () => Number(await view.locator(".curves").getAttribute("data-points")) > 100);
    await picture("picked");
  });
  await step("a run is hidden by the legend", async () => {
    const view = await webview("Compare runs");
    const points = async () => Number(await view.locator(".curves").getAttribute("data-points"));
    const all = await points();
    await view.locator(".legend vscode-checkbox").first().click();
    await until(async () => (await points()) < all && (await points()) > 0);
  });
  await step("a run's log opens, and its scores are copied as Markdown", async () => {
    const run = row("pretrain: objectives: clm, seed 1").first();
    await menu(run, "Show Log");
    await page.locator(".tab.active", { hasText: /^pretrain-.*log/ }).waitFor();
    await page.locator(".monaco-editor .view-line", { hasText: "job-started" }).first().waitFor();
    await menu(run, "Copy as Markdown");
    await until(async () => (await page.evaluate("navigator.clipboard.readText()")) !== "");
    assert.match(
      (await page.evaluate("navigator.clipboard.readText()")) as string,
      /\| test \| perplexity \| [\d.]+ \| \d+ \||\| validation \|/,
    );
  });
  await step("a run is deleted, and what stands on it is to be run again", async () => {
    // two rows are selected since they were compared
    await row("pretrain: objectives: clm, seed 1").first().click();
    await menu(row("pretrain: objectives: clm, seed 1").first(), "Delete");
    const question = page.locator(".monaco-dialog-box", { hasText: /Delete the pretrain objectives: clm, seed 1 \([\d.]+ \w+\)\?/ });
    await question.locator(".monaco-button", { hasText: "Delete" }).click();
    await page.locator('.monaco-list-row[aria-label*="pretrain: objectives: clm, seed 1, new"]').waitFor();
  });
  await step("a run is cancelled in its notification", async () => {
    await menu(row("long").first(), "Run");
    const toast = page.locator(".notification-toast", { hasText: "long" });
    await toast.filter({ hasText: "loss" }).waitFor();
    await toast.locator(".monaco-button", { hasText: "Cancel" }).click();
    await page.locator('.monaco-list-row[aria-label*="long, stopped"]').waitFor();
  });
  await step("text of a corpus is text, whatever it holds", async () => {
    await page.locator('.activitybar [aria-label^="Explorer"]').first().click();
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "markup.pretrain" }).dblclick();
    await page.locator('.tab.active[data-resource-name="markup.pretrain"]').waitFor();
    const group = page.locator(".editor-group-container", { has: page.locator('.tab.active[data-resource-name="markup.pretrain"]') });
    await until(async () => {
      await group.locator(".codelens-decoration a", { hasText: "Preview" }).first().click({ timeout: 5000 });
      await page.waitForTimeout(3000);
      return page.locator(".tab.active", { hasText: "Preview mlm" }).isVisible();
    });
    const view = await webview("Preview mlm");
    await view.locator('.pair [data-role="input"]').first().waitFor();
    const shown = (await view.locator(".pair").allTextContents()).join("\n");
    assert.match(shown, /<b>|<i>|<img/);
    assert.match(shown, /\\u202e|\\u001b/);
    assert.ok(!shown.includes("\u001b") && !shown.includes("\u202e"), shown);
    assert.equal(await view.locator(".pair b, .pair i, .pair img, .pair a").count(), 0);
  });
}
