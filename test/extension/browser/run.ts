import { join } from "node:path";
import { type Counts, sumOf } from "../counts.ts";
import { type ServerOptions, startVsCode } from "../vscode-server.ts";
import { openWindow, type Window } from "../window.ts";
import { makeWorkspace, removeWorkspace, root } from "../workspace.ts";
import { testExperiment } from "./experiment.ts";
import { testPages } from "./pages.ts";
import { testRestricted } from "./restricted.ts";
import { type Steps, stepsIn } from "./steps.ts";

/** The installed package as a user sees it. */
export async function testInBrowser(): Promise<Counts> {
  const workspace = makeWorkspace();
  const counts: Counts[] = [];
  const inWindow = async (title: string, options: Partial<ServerOptions>, test: Test) => {
    const vsix = join(root, `dist/pretrain-${process.platform}-${process.arch}.vsix`);
    const server = await startVsCode({ driver: false, vsix, ...options });
    try {
      const window = await openWindow(server, workspace, "tiny.pretrain");
      const steps = stepsIn(window.page, title);
      try {
        await test(window, steps, workspace);
      } finally {
        counts.push(steps.counts());
        await window.browser.close();
      }
    } finally {
      await server.stop();
    }
  };
  try {
    await inWindow("in Restricted Mode", { restricted: true }, testRestricted);
    await inWindow("an experiment, from the first lens to a comparison", {}, testExperiment);
    await inWindow("pages and the view of experiments", {}, testPages);
  } finally {
    removeWorkspace(workspace);
  }
  return sumOf(counts);
}

type Test = (window: Window, steps: Steps, workspace: string) => Promise<void>;
