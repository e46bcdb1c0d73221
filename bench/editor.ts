/**
 * Cost of the extension in the editor: `node bench/editor.ts` after `npm run package`, in the VS Code that `npm run test:extension`
 * installed.
 *   lens         time from an event's line in a run folder to the lenses that show it: in the extension, and on the screen of a real
 *                window, where VS Code itself waits 250 ms before it asks for lenses again
 *   tree         longest frame of the window with 200 runs in the view, expanded and scrolled, while a run writes
 *   charts       longest frame of a page with 100 runs of 10,000 points
 *   activation   as VS Code measures it (Developer: Show Running Extensions)
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as browserType } from "playwright-core";
import { experimentTree } from "#client/experiments/collect-experiments.ts";
import { lensesOf } from "#client/lenses/collect-lenses.ts";
import { watchStore } from "#client/runs/store-watch.ts";
import type { CurveRun } from "#client/webviews/page-messages.ts";
import type { Outline } from "#server/protocol.ts";
import { activationMilliseconds } from "../test/extension/activation.ts";
import { chromium, startVsCode } from "../test/extension/vscode-server.ts";
import { openWindow } from "../test/extension/window.ts";
import { lineOf, makeWorkspace, removeWorkspace } from "../test/extension/workspace.ts";

const root = join(import.meta.dirname, "..");
const vsix = join(root, `dist/pretrain-${process.platform}-${process.arch}.vsix`);

const measurements: Record<string, () => Promise<string[]>> = {
  lens: async () => [`lens: ${await lensMilliseconds()}`],
  tree: async () => [`tree made: ${await treeMilliseconds()}`],
  window: inWindow,
  charts: async () => [`charts: ${await chartMilliseconds()}`],
  activation: async () => [`activation: ${await activation()}`],
};
const requested = process.argv.slice(2);
for (const [name, measure] of Object.entries(measurements))
  if (requested.length === 0 || requested.includes(name)) for (const line of await measure()) console.log(line);

/** Waits for each of 30 events in turn. */
async function lensMilliseconds(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-bench-"));
  const id = "pretrain-0000000000000000";
  writeRun(folder, id, 0);
  const times: number[] = [];
  let seen = () => {};
  const watch = watchStore(folder, ({ store }) => {
    lensesOf({ outline: outlineOf(folder, [id]), file: "f", store, changes: new Map(), now: Date.now(), noRunning: null });
    seen();
  });
  await watch.look();
  writeFileSync(join(folder, "runs", id, "lock"), JSON.stringify({ pid: process.pid, host: hostname() }));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (let step = 1; step <= 30; step++) {
    const begin = performance.now();
    const shown = new Promise<void>((resolve) => {
      seen = resolve;
    });
    appendFileSync(join(folder, "runs", id, "events.jsonl"), stepLine(id, step));
    await shown;
    times.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  watch.dispose();
  rmSync(folder, { recursive: true });
  return summary(times);
}

/** Reads 200 runs and builds their tree. */
async function treeMilliseconds(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-bench-"));
  const ids = Array.from({ length: 200 }, (_, index) => `pretrain-${String(index).padStart(16, "0")}`);
  for (const id of ids) writeRun(folder, id, 20);
  let first = 0;
  const begin = performance.now();
  const watch = watchStore(folder, () => {
    first ||= performance.now() - begin;
  });
  await watch.look();
  const store = watch.store();
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    experimentTree([{ outline: outlineOf(folder, ids), file: "f", shownFile: "f", store }], Date.now());
    return performance.now() - start;
  });
  watch.dispose();
  rmSync(folder, { recursive: true });
  return `200 runs read in ${first.toFixed(0)} ms; rebuilt: ${summary(times)}`;
}

/** A window with 200 runs in its view, and a run whose events this process writes. */
async function inWindow(): Promise<string[]> {
  const workspace = makeWorkspace();
  const store = join(workspace, ".pretrain");
  const cli = join(root, "dist/cli.js");
  execFileSync(process.execPath, [cli, "run", "tiny.pretrain", "base", "--json"], { cwd: workspace, stdio: "ignore" });
  const id = readdirSync(join(store, "runs")).find((name) => name.startsWith("pretrain-"))!;
  for (let index = 0; index < 200; index++) writeRun(store, `pretrain-${String(index).padStart(16, "0")}`, 20);
  // makes the run look as if it were still running, in this process
  const run = join(store, "runs", id);
  rmSync(join(run, "result.json"));
  writeFileSync(join(run, "lock"), JSON.stringify({ pid: process.pid, host: hostname() }));
  const server = await startVsCode({ driver: false, vsix });
  const window = await openWindow(server, workspace, "tiny.pretrain");
  const { page } = window;
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  try {
    await window.open();
    await window.reveal(lineOf("pretrain long"));
    await window.lensAbove("pretrain base", "loss");
    await page.evaluate(`(() => {
      window.seen = {};
      window.frames = [];
      let last = performance.now();
      const tick = () => {
        const now = performance.now();
        window.frames.push(now - last);
        last = now;
        for (const lens of document.querySelectorAll(".codelens-decoration")) {
          const loss = /loss (\\d+\\.\\d\\d)/.exec(lens.textContent)?.[1];
          if (loss) window.seen[loss] ??= Date.now();
        }
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    })()`);
    const write = async (count: number, between: number, from: number) => {
      const written: Record<string, number> = {};
      for (let step = 1; step <= count; step++) {
        const loss = (from + step / 100).toFixed(2);
        appendFileSync(join(run, "events.jsonl"), stepLine(id, step, Number(loss)));
        written[loss] = Date.now();
        await pause(between);
      }
      await pause(1500);
      const seen = (await page.evaluate("window.seen")) as Record<string, number>;
      return Object.entries(written).flatMap(([loss, at]) => (seen[loss] === undefined ? [] : [seen[loss] - at]));
    };
    const single = await write(20, 1500, 20);
    const stream = await write(100, 100, 30);
    await page.evaluate("window.frames.length = 0");
    await page.locator('.activitybar [aria-label^="Pretrain"]').first().click();
    const others = page.locator(".monaco-list-row", { hasText: "Other runs" }).first();
    await others.waitFor();
    const writing = write(40, 100, 50);
    await others.locator(".monaco-tl-twistie").click();
    await page.locator(".monaco-list-row", { hasText: "pretrain: pretrain-0" }).first().hover();
    for (let turn = 0; turn < 40; turn++) {
      await page.mouse.wheel(0, turn < 20 ? 300 : -300);
      await pause(80);
    }
    await writing;
    const frames = (await page.evaluate("window.frames")) as number[];
    return [
      `lens on the screen, single events: ${summary(single)}`,
      `lens on the screen, 10 events a second, of those shown: ${summary(stream)}`,
      `tree, frames of the window: ${summary(frames)}`,
    ];
  } finally {
    await window.browser.close();
    await server.stop();
    removeWorkspace(workspace);
  }
}

/** Measures the page alone, in a browser, with the messages that the extension would send. */
async function chartMilliseconds(): Promise<string> {
  const browser = await browserType.launch(chromium);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const style = readFileSync(join(root, "dist/webviews/style.css"), "utf8");
  await page.setContent(`<html><head><style>${style}</style></head><body><main></main></body></html>`);
  await page.evaluate("window.acquireVsCodeApi = () => ({ postMessage() {}, setState() {} })");
  await page.addScriptTag({ path: join(root, "dist/webviews/curves.js") });
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  const runs = Array.from(
    { length: 100 },
    (_, index): CurveRun => ({
      id: `r${index}`,
      label: `run ${index}`,
      group: `cell ${index % 8}`,
      state: "running",
      flopsPerStep: 1e9,
      steps: 10_000,
      scores: [],
      learned: [],
    }),
  );
  const longest = await page.evaluate(`(async () => {
    const send = (message) => window.dispatchEvent(new MessageEvent("message", { data: message }));
    const runs = ${JSON.stringify(runs)};
    let frames = [], last = performance.now(), going = true;
    const tick = () => { const now = performance.now(); frames.push(now - last); last = now; if (going) requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    send({ type: "curves", title: "100 runs", runs });
    for (let from = 0; from < 10000; from += 1000) {
      for (const { id } of runs) {
        const step = Array.from({ length: 1000 }, (_, index) => from + index + 1);
        const of = (f) => step.map(f);
        send({ type: "points", run: id, points: { step, tokens: of((s) => s * 512), loss: of((s) => 6 - Math.log(s) / 3 + Math.random() / 4), learning_rate: of((s) => 1e-3 * (1 - s / 10000)), gradient_norm: of(() => Math.random()), tokens_per_second: of(() => 9000), seconds: of((s) => s / 50) } });
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    going = false;
    frames.sort((a, b) => a - b);
    return { points: document.querySelector(".curves").dataset.points, longest: frames.at(-1), p95: frames[Math.floor(frames.length * 0.95)] };
  })()`);
  await browser.close();
  if (errors.length > 0) throw new Error(`the page failed: ${errors[0]}`);
  const { points, longest: worst, p95 } = longest as { points: string; longest: number; p95: number };
  return `${points} points; longest frame ${worst.toFixed(0)} ms, 95th percentile ${p95.toFixed(0)} ms`;
}

/** Measures each time in a fresh VS Code. */
async function activation(): Promise<string> {
  const times: number[] = [];
  for (let time = 0; time < 5; time++) times.push(await activationMilliseconds(vsix));
  return summary(times);
}

function writeRun(root: string, id: string, steps: number): void {
  const folder = join(root, "runs", id);
  mkdirSync(folder, { recursive: true });
  const cost = { parameters: 1, embeddings: 1, tokensPerStep: 512, flopsPerStep: 1e9, memoryBytes: 1 };
  writeFileSync(
    join(folder, "job.json"),
    JSON.stringify({ id, kind: "pretrain", name: id, after: [], fingerprint: "", steps: 10000, cost }),
  );
  const lines = Array.from({ length: steps }, (_, index) => stepLine(id, index + 1)).join("");
  const started = `${JSON.stringify({ time: new Date().toISOString(), job: id, event: "job-started", kind: "pretrain", name: id, pid: 1 })}\n`;
  writeFileSync(join(folder, "events.jsonl"), `${started}${lines}`);
}

function stepLine(job: string, step: number, loss = 4.2): string {
  const event = {
    time: new Date().toISOString(),
    job,
    event: "step",
    step,
    tokens: step * 512,
    loss,
    learning_rate: 1e-3,
    gradient_norm: 1,
    tokens_per_second: 9000,
  };
  return `${JSON.stringify(event)}\n`;
}

function outlineOf(store: string, ids: readonly string[]): Outline {
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const jobs = ids.map((id) => ({ id, kind: "pretrain" as const, name: id }));
  const plan = {
    stale: false,
    estimated: false,
    pending: false,
    jobs,
    goals: ids.slice(0, 1),
    pretrainings: ids.length,
    finetunings: 0,
    evaluations: 0,
  };
  return {
    uri: "file:///f.pretrain",
    version: 1,
    store,
    stale: false,
    declarations: [{ kind: "pretrain", name: "p", range, nameRange: range, runnable: true, errors: 0, plan }],
  };
}

function summary(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  return `median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ${at(1)} ms`;
}
