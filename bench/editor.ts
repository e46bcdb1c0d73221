/**
 * What the extension costs in the editor: `node bench/editor.ts` after `npm run package`.
 *   activation        as VS Code measures it (Developer: Show Running Extensions)
 *   lens              from an event's line in a run folder to the lenses that hold it
 *   tree, charts      200 runs in the view; 100 runs of 10,000 points in one page: the longest frame
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as browserType } from "playwright-core";
import { experimentTree } from "#client/experiments/collect.ts";
import { lensesOf } from "#client/lenses/collect.ts";
import { watchStore } from "#client/runs/store-watch.ts";
import type { Outline } from "#server/protocol.ts";
import { chromium, startVsCode } from "../test/extension/vscode-server.ts";
import { openWindow } from "../test/extension/window.ts";
import { makeWorkspace, removeWorkspace } from "../test/extension/workspace.ts";

const root = join(import.meta.dirname, "..");

console.log(`lens: ${await lensMilliseconds()}`);
console.log(`tree: ${await treeMilliseconds()}`);
console.log(`charts: ${await chartMilliseconds()}`);
console.log(`activation: ${await activation()}`);

/** 30 events, one after another, each waited for. */
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
  writeFileSync(join(folder, "runs", id, "lock"), JSON.stringify({ pid: process.pid, host: (await import("node:os")).hostname() }));
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

/** Reading 200 runs and making the tree of them. */
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
  return `200 runs read in ${first.toFixed(0)} ms; made anew: ${summary(times)}`;
}

/** The page alone, in a browser, fed as the extension feeds it. */
async function chartMilliseconds(): Promise<string> {
  const browser = await browserType.launch(chromium);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const style = readFileSync(join(root, "dist/webviews/style.css"), "utf8");
  await page.setContent(`<html><head><style>${style}</style></head><body><main></main></body></html>`);
  await page.evaluate("window.acquireVsCodeApi = () => ({ postMessage() {}, setState() {} })");
  await page.addScriptTag({ path: join(root, "dist/webviews/curves.js") });
  const longest = await page.evaluate(`(async () => {
    const send = (message) => window.dispatchEvent(new MessageEvent("message", { data: message }));
    const runs = Array.from({ length: 100 }, (_, index) => ({ id: "r" + index, label: "run " + index, group: "cell " + (index % 8), state: "running", flopsPerStep: 1e9, steps: 10000 }));
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
  const { points, longest: worst, p95 } = longest as { points: string; longest: number; p95: number };
  return `${points} points; longest frame ${worst.toFixed(0)} ms, 95th percentile ${p95.toFixed(0)} ms`;
}

async function activation(): Promise<string> {
  const workspace = makeWorkspace();
  const server = await startVsCode({ driver: false, vsix: join(root, `dist/pretrain-${process.platform}-${process.arch}.vsix`) });
  const window = await openWindow(server, workspace, "tiny.pretrain");
  try {
    await window.open();
    await window.lens("Run").first().waitFor();
    await window.palette("Developer: Show Running Extensions");
    const row = window.page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "pretrain" }).first();
    await row.locator(".activation-time").waitFor();
    return (await row.locator(".activation-time").textContent()) ?? "";
  } finally {
    await window.browser.close();
    await server.stop();
    removeWorkspace(workspace);
  }
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

function stepLine(job: string, step: number): string {
  const event = {
    time: new Date().toISOString(),
    job,
    event: "step",
    step,
    tokens: step * 512,
    loss: 4.2,
    learning_rate: 1e-3,
    gradient_norm: 1,
    tokens_per_second: 9000,
  };
  return `${JSON.stringify(event)}\n`;
}

function outlineOf(store: string, ids: readonly string[]): Outline {
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const jobs = ids.map((id) => ({ id, kind: "pretrain" as const, name: id }));
  const plan = { stale: false, estimated: false, pending: false, jobs, goals: ids.slice(0, 1), pretrainings: ids.length, finetunings: 0 };
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
