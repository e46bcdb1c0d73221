import { type Browser, chromium as browserType, type FrameLocator, type Locator, type Page } from "playwright-core";
import { chromium, type VsCodeServer } from "./vscode-server.ts";

/** A VS Code window in a browser, used as a person uses it. */
export interface Window {
  page: Page;
  browser: Browser;
  /** Opens the folder and a file of it. */
  open(): Promise<void>;
  /** A lens of the file. */
  lens(text: string | RegExp): Locator;
  /** The lens with this text closest above the line where a declaration begins. */
  lensAbove(declaration: string, text: string | RegExp, milliseconds?: number): Promise<Locator>;
  /** Presses a lens until the thing it opens appears: if the editor redraws the lens under the pointer, a click is lost. */
  press(declaration: string, lens: string, opens: Locator): Promise<void>;
  palette(title: string): Promise<void>;
  /** The document inside the page whose tab in front has the title. */
  webview(title: string): Promise<FrameLocator>;
  /** Chooses from the menu of a right click. */
  menu(on: Locator, title: string): Promise<void>;
  /** Puts a line of the file at the top of the editor. */
  reveal(line: number): Promise<void>;
}

export async function openWindow(server: VsCodeServer, folder: string, file: string, size = { width: 1280, height: 900 }): Promise<Window> {
  const browser = await browserType.launch(chromium);
  const context = await browser.newContext({ viewport: size, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const editor = page.locator(`.editor-instance .monaco-editor[data-uri$="${file}"]`).first();
  const lens = (text: string | RegExp) => page.locator(".monaco-editor .codelens-decoration", { hasText: text });
  const window: Window = {
    page,
    browser,
    lens,
    async open() {
      const url = new URL(server.url);
      url.searchParams.set("folder", folder);
      url.searchParams.set(
        "payload",
        JSON.stringify([
          ["skipWelcome", "true"],
          ["skipReleaseNotes", "true"],
        ]),
      );
      await page.goto(url.href);
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).dblclick();
      await page.locator(`.tab[data-resource-name="${file}"]`).waitFor();
    },
    async lensAbove(declaration, text, milliseconds = 60_000) {
      const line = editor.locator(".view-line", { hasText: new RegExp(`^${declaration.replace(" ", ".")}\\b`) }).first();
      await line.waitFor();
      const end = Date.now() + milliseconds;
      while (Date.now() < end) {
        const below = (await line.boundingBox())?.y ?? 0;
        for (const found of await lens(text).all()) {
          const box = await found.boundingBox().catch(() => null);
          if (box && below - box.y > 0 && below - box.y < 30) return found;
        }
        await page.waitForTimeout(80);
      }
      throw new Error(`there is no lens ${text} above ${declaration}`);
    },
    async press(declaration, text, opens) {
      for (let time = 0; time < 5; time++) {
        const found = await window.lensAbove(declaration, text, 15_000).catch(() => undefined);
        await found
          ?.locator("a", { hasText: text })
          .click({ timeout: 15_000 })
          .catch(() => undefined);
        const opened = opens.first().waitFor({ state: "attached", timeout: 15_000 });
        if (
          await opened.then(
            () => true,
            () => false,
          )
        )
          return;
      }
      throw new Error(`${text} above ${declaration} opened nothing`);
    },
    async palette(title) {
      const input = page.locator(".quick-input-widget input[type=text]");
      // not Enter: the row in focus may be another one
      const row = page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first();
      // VS Code knows that a workspace is trusted only some time after it has restored its editors, and an open list is not redrawn
      for (let time = 0; time < 30 && !(await row.isVisible()); time++) {
        // a picker that has just been closed takes the key with it
        if (!(await input.isVisible())) await page.keyboard.press("F1");
        await input.waitFor({ state: "visible", timeout: 10_000 }).catch(() => undefined);
        if (!(await input.isVisible())) continue;
        await input.fill(">");
        await input.fill(`>${title}`);
        await row.waitFor({ state: "visible", timeout: 2000 }).catch(() => undefined);
      }
      await row.click();
    },
    async webview(title) {
      const group = page.locator(".editor-group-container", { has: page.locator(".tab.active", { hasText: title }) });
      // an empty placeholder: attached, never visible
      const holder = group.locator('[id^="webview-editor-element-"][aria-flowto]');
      await holder.waitFor({ state: "attached" });
      // for a moment it still names the page that was in front before
      await page.waitForTimeout(400);
      const name = await holder.getAttribute("aria-flowto");
      return page.frameLocator(`iframe.webview.ready[name="${name}"]`).frameLocator("iframe#active-frame");
    },
    async menu(on, title) {
      await on.click({ button: "right" });
      const item = page
        .locator(`.monaco-menu .action-menu-item[aria-label^="${title}"], .monaco-menu .action-label[aria-label^="${title}"]`)
        .first();
      await item.waitFor();
      // a menu ignores the mouse for its first tenth of a second, so that the click that opened it chooses nothing
      await page.waitForTimeout(300);
      await item.click();
    },
    async reveal(line) {
      await editor.click({ position: { x: 400, y: 10 } });
      await page.keyboard.press("Control+g");
      const input = page.locator(".quick-input-widget input[type=text]");
      await input.waitFor({ state: "visible" });
      await input.fill(`:${line}`);
      await page.keyboard.press("Enter");
    },
  };
  return window;
}
