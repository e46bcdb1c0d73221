import { startVsCode } from "./vscode-server.ts";
import { openWindow } from "./window.ts";
import { makeWorkspace, removeWorkspace } from "./workspace.ts";

/** Milliseconds, as VS Code measures and shows them in its list of running extensions, in a window that opens with an experiment. */
export async function activationMilliseconds(vsix: string): Promise<number> {
  const workspace = makeWorkspace();
  const server = await startVsCode({ driver: false, vsix });
  try {
    const window = await openWindow(server, workspace, "tiny.pretrain");
    try {
      await window.open();
      // it may be below the window's edge
      await window.lens("Run").first().waitFor({ state: "attached" });
      await window.palette("Developer: Show Running Extensions");
      const row = window.page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "pretrain" }).first();
      const text = (await row.locator(".activation-time").textContent()) ?? "";
      const shown = /(\d+)\s*ms/.exec(text)?.[1];
      if (shown === undefined) throw new Error(`there is no activation time in “${text}”`);
      return Number(shown);
    } finally {
      await window.browser.close();
    }
  } finally {
    await server.stop();
    removeWorkspace(workspace);
  }
}
