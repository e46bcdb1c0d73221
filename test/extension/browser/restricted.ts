import assert from "node:assert/strict";
import type { Window } from "../window.ts";
import { lineOf } from "../workspace.ts";
import type { Steps } from "./steps.ts";

/** A folder that the user does not trust: the language works, nothing runs, and it says why. */
export async function testRestricted({ page, open, lens, lensAbove, palette, reveal }: Window, { step, picture }: Steps): Promise<void> {
  await step("the lens says why nothing can be run", async () => {
    await open();
    await reveal(lineOf("pretrain long"));
    await lensAbove("pretrain base", "Running is disabled in Restricted Mode");
    assert.equal(await lens("Preview").count(), 0);
    await picture("restricted");
  });
  await step("the palette does not offer to run", async () => {
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input[type=text]");
    await input.waitFor({ state: "visible" });
    await input.fill(">Pretrain: ");
    await page.locator('.quick-input-list .monaco-list-row[aria-label^="Pretrain: Compare Runs"]').waitFor();
    assert.equal(await page.locator('.quick-input-list .monaco-list-row[aria-label^="Pretrain: Run"]').count(), 0);
    await page.keyboard.press("Escape");
  });
  await step("a command that has nothing to work on says so", async () => {
    await palette("Pretrain: Stop");
    await page.locator(".notification-toast", { hasText: "Nothing is running here." }).waitFor();
  });
  await step("problems are there, as the text is broken and mended", async () => {
    await reveal(lineOf("model tiny"));
    await page.keyboard.press("End");
    await page.keyboard.press("Backspace");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "attached" });
    await page.keyboard.type("{");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "detached" });
  });
  await step("once the folder is trusted, Run is there", async () => {
    await reveal(lineOf("pretrain long"));
    await (await lensAbove("pretrain base", "Running is disabled")).locator("a", { hasText: "Running is disabled" }).click();
    await page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
    await page.locator("#status\\.workspaceTrust").waitFor({ state: "detached" });
    await lensAbove("pretrain base", "Run");
    await page.locator(".monaco-editor .codelens-decoration", { hasText: "Running is disabled" }).first().waitFor({ state: "detached" });
  });
}
