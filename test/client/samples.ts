import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { newRun } from "#client/runs/collect-runs.ts";
import type { Run, WatchedStore } from "#client/runs/model.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { sealedText } from "#runtime/contract/sealed.ts";
import type { Outline, OutlineDeclaration, OutlinePlan } from "#server/protocol.ts";

/** A job with the fields that the extension reads. */
export function job(kind: Job["kind"], id: string, name = id): Job {
  const cost = { parameters: 1000, embeddings: 400, tokensPerStep: 256, flopsPerStep: 1e6, memoryBytes: 1e6 };
  const task = { kind: "classification", files: [] };
  const settings = { optimizer: {}, batch: 1, evaluateEvery: 100, save: {}, settings: {} };
  const inputs = { encoded: "encode-1", tokenizer: "tokenizer-1", from: null, task, taskName: "task", objective: { kind: "causal" } };
  const model = { architecture: "decoder", vocabulary: 300, layers: 2, hidden: 16, heads: 2, context: 16 };
  return { id, kind, name, after: [], fingerprint: "", steps: 100, seed: 1, model, cost, ...settings, ...inputs } as unknown as Job;
}

export function runOf(kind: Job["kind"], id: string, more: Partial<Run> = {}): Run {
  return { ...newRun(job(kind, id, more.name ?? id)), ...more };
}

export function storeOf(runs: readonly Run[], sessions: WatchedStore["sessions"] = []): WatchedStore {
  return { root: "/folder/.pretrain", runs: new Map(runs.map((run) => [run.id, run])), sessions };
}

export function event(id: string, body: Record<string, unknown>): RunEvent {
  return { time: "2026-01-01T00:00:00.000Z", job: id, ...body } as unknown as RunEvent;
}

export function step(id: string, number: number, loss = 4): RunEvent {
  const rest = { tokens: number * 256, learning_rate: 1e-3, gradient_norm: 1, tokens_per_second: 12_800 };
  return event(id, { event: "step", step: number, loss, ...rest });
}

export function writeJob(root: string, made: Job): string {
  const folder = join(root, "runs", made.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "job.json"), sealedText(made));
  return folder;
}

export function lines(events: readonly RunEvent[]): string {
  return events.map((each) => `${JSON.stringify(each)}\n`).join("");
}

/** A session of this process. */
export function session(name: string, start = "2026-01-01T00:00:00.000Z"): WatchedStore["sessions"][number] {
  return { pid: process.pid, started: null, host: hostname(), file: "/folder/a.pretrain", name, start };
}

export function declaration(kind: OutlineDeclaration["kind"], name: string, jobs: readonly Job[] = []): OutlineDeclaration {
  const range = { start: { line: 0, character: 0 }, end: { line: 5, character: 1 } };
  const runnable = ["pretrain", "finetune", "probe", "compare"].includes(kind);
  const plan: OutlinePlan = {
    stale: false,
    estimated: false,
    pending: false,
    jobs: jobs.map(({ id, kind: each, name: label }) => ({ id, kind: each, name: label })),
    goals: jobs.slice(-1).map(({ id }) => id),
    parameters: 1000,
    tokens: 25_600,
    flops: 1e8,
    epochs: 1.94,
    pretrainings: 1,
    finetunings: 0,
    evaluations: 0,
  };
  return { kind, name, range, nameRange: range, runnable, errors: 0, ...(runnable ? { plan } : {}) };
}

export function outline(declarations: readonly OutlineDeclaration[]): Outline {
  return { uri: "file:///folder/a.pretrain", version: 1, store: "/folder/.pretrain", stale: false, declarations: [...declarations] };
}
