import { expect, test } from "vitest";
import { type LensContext, lensesOf } from "#client/lenses/collect-lenses.ts";
import type { Run, WatchedStore } from "#client/runs/model.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { StepEvent } from "#runtime/contract/events.ts";
import type { Measured, OutlineDeclaration } from "#server/protocol.ts";
import { declaration, job, outline, runOf, session, step, storeOf } from "./samples.ts";

const id = "pretrain-1";
const jobs = [job("corpus", "corpus-1", "texts"), job("pretrain", id, "base")];
const base = declaration("pretrain", "base", jobs);
const perplexity = { metric: "perplexity", value: 61.3, split: "validation" as const, n: 1000 };
const now = Date.parse("2026-01-01T00:10:00Z");

function titles(declared: OutlineDeclaration, store: WatchedStore, more: Partial<LensContext> = {}): string[] {
  const context = { outline: outline([declared]), file: "/folder/a.pretrain", store, changes: new Map(), now, noRunning: null, ...more };
  return lensesOf(context).map(({ title }) => title);
}

test("before a run: actions and costs", () => {
  expect(titles(base, storeOf([]))).toEqual(["$(play) Run", "Plan", "1,000 parameters, 25.6k tokens (1.9 epochs), 1.00e8 FLOPs"]);
});

test("while it runs: how far it is, the loss, the speed and the time left", () => {
  const running = runOf("pretrain", id, {
    name: "base",
    state: "running",
    pid: 1,
    started: now - 5000,
    step: step(id, 50, 4.123) as StepEvent,
    pace: 12_800,
  });
  const shown = titles(base, storeOf([runOf("corpus", "corpus-1", { state: "done" }), running], [session("base")]));
  expect(shown[0]).toBe("$(debug-stop) Stop");
  expect(shown[1]).toMatch(/^▰▰▰▰▱▱▱▱ 5\d% · training · loss 4\.12 · 12\.8k tokens\/s · 1 s left$/);
  expect(shown[2]).toBe("$(graph) Chart");
});

test("after it: the score and when", () => {
  const done = runOf("pretrain", id, { name: "base", state: "done", ended: now - 12 * 60_000, scores: [perplexity] });
  expect(titles(base, storeOf([done]))).toEqual(["$(check) perplexity 61.30 · 12 min ago", "$(graph) Open", "Generate", "Plan"]);
  Object.assign(done.job, { model: { architecture: "encoder" } });
  expect(titles(base, storeOf([done]))).not.toContain("Generate");
});

test("stopped, failed and stale states are shown with an action", () => {
  const stopped = runOf("pretrain", id, { name: "base", state: "stopped", started: now, step: step(id, 20) as StepEvent });
  expect(titles(base, storeOf([stopped])).slice(0, 2)).toEqual(["$(debug-continue) Continue", "$(debug-pause) stopped at 19%"]);
  const failed = runOf("pretrain", id, { name: "base", state: "failed", started: now, message: "out of memory\nat 3 GB" });
  expect(titles(base, storeOf([failed])).slice(0, 2)).toEqual(["$(play) Run again", "$(error) out of memory"]);
  const earlier = runOf("pretrain", "pretrain-0", { name: "base", state: "done", ended: now, scores: [perplexity] });
  const changes = new Map([["pretrain-0", [{ setting: "learning_rate", was: "1e-3", is: "2e-3" }]]]);
  expect(titles(base, storeOf([earlier]), { changes }).slice(0, 2)).toEqual([
    "$(play) Run",
    "$(history) stale: learning_rate changed (was 1e-3) · was perplexity 61.30",
  ]);
});

test("a cost includes its time on an engine, if known", () => {
  const timed = (seconds: number | null) => ({ ...base, plan: { ...base.plan!, left: { seconds, engine: "onnx" } } });
  expect(titles(timed(545), storeOf([])).at(-1)).toMatch(/1\.00e8 FLOPs, about 9 min on onnx$/);
  expect(titles(timed(null), storeOf([])).at(-1)).toMatch(/FLOPs$/);
});

test("a score has the digits that its standard error allows", () => {
  const shown = (scores: Run["scores"]) => {
    const done = runOf("pretrain", id, { name: "base", state: "done", ended: now, scores });
    return titles(base, storeOf([done]))[0];
  };
  const bits = { metric: "bits_per_byte", value: 1.41731, split: "validation" as const, n: 900, standard_error: 0.0213 };
  expect(shown([{ ...perplexity, standard_error: 2.14 }, bits])).toBe("$(check) perplexity 61.3 ± 2.1, bits/byte 1.417 ± 0.021 · just now");
  const accuracy = { metric: "accuracy", value: 0.712, split: "test" as const, n: 800 };
  // a run of an earlier version does not say it
  expect(shown([accuracy])).toBe("$(check) accuracy 71.2 ± 1.6 · just now");
  expect(shown([{ ...accuracy, standard_error: 0.021 }])).toBe("$(check) accuracy 71.2 ± 2.1 · just now");
});

test("a probe says at which layer it found most, chosen on validation", () => {
  const layers = [0, 1, 2].map((layer) => {
    const name = `layers: layer ${layer} of base, on mood`;
    const score = (split: "validation" | "test", value: number) => ({ metric: "accuracy", value, split, n: 400, standard_error: 0.02 });
    const scores = [score("validation", [0.5, 0.8, 0.7][layer]!), score("test", [0.52, 0.74, 0.79][layer]!)];
    const run = runOf("finetune", `finetune-${layer}`, { name, state: "done", ended: now, scores });
    Object.assign(run.job, { from: "pretrain-1", tokenizer: "tokenizer-1", taskName: "mood", model: { layers: layer } });
    return run;
  });
  const probe = declaration(
    "probe",
    "layers",
    layers.map((run) => run.job),
  );
  const declared = { ...probe, plan: { ...probe.plan!, goals: layers.map((run) => run.id) } };
  expect(titles(declared, storeOf(layers))[0]).toBe("$(check) accuracy 74.0 ± 2.0 at layer 1 of 2 · just now");
  expect(titles(declared, storeOf(layers.slice(1)))[0]).toBe("$(debug-continue) Continue");
});

test("a probe of a model that is done has not begun", () => {
  const base = runOf("pretrain", "pretrain-1", { name: "base", state: "done", ended: now });
  const layer = runOf("finetune", "finetune-0", { name: "layers: layer 0 of base, on mood", state: "new" });
  const probe = declaration("probe", "layers", [base.job, layer.job]);
  const declared = { ...probe, plan: { ...probe.plan!, goals: [layer.id] } };
  expect(titles(declared, storeOf([base]))[0]).toBe("$(play) Run");
});

test("a comparison's lens says which cells are best, or that no difference was found, and no more", () => {
  const verdict = (left: string, right: string, found: string) => ({
    ...{ left, right, task: "mood", metric: "accuracy", family: "cells", test: "paired", n: 3, p: 0.01, verdict: found },
    ...{ difference: found === "worse" ? -0.019 : 0.019, low: 0.008, high: 0.031, low_95: 0.01, high_95: 0.03 },
    ...{ detectable: null, more_seeds: null },
  });
  const shown = (verdicts: object[]) => {
    const summary = [
      { cell: "mlm", mean: 0.78 },
      { cell: "clm", mean: 0.77 },
      { cell: "t5", mean: 0.7 },
      { cell: "majority", mean: 0.5, baseline: true },
    ].map((row) => ({ task: "mood", metric: "accuracy", n: 3, standard_error: 0.01, baseline: false, ...row }));
    const rest = { cells: [], missing: [], expectations: [{ answer: "undecided" }] };
    const comparison = { comparison: "both", verdicts, summary, ...rest } as unknown as ComparisonResult;
    const compared = declaration("compare", "both", [job("compare", "compare-1", "both")]);
    return titles(compared, storeOf([runOf("compare", "compare-1", { name: "both", state: "done", ended: now, comparison })]))[0];
  };
  const none = "no difference found";
  expect(shown([verdict("clm", "mlm", "worse"), verdict("clm", "t5", none), verdict("mlm", "t5", "better")])).toBe(
    "$(check) mlm (78.0) is best on mood · expectation: undecided · just now",
  );
  expect(shown([verdict("clm", "mlm", none), verdict("clm", "t5", "better"), verdict("mlm", "t5", "better")])).toBe(
    "$(check) mlm (78.0) and clm (77.0) are best on mood, with no difference found between the two · expectation: undecided · just now",
  );
  expect(shown([verdict("clm", "mlm", none), verdict("clm", "t5", none), verdict("mlm", "t5", none)])).toBe(
    "$(check) no difference found between mlm (78.0), clm (77.0) and t5 (70.0) on mood · expectation: undecided · just now",
  );
});

test("a model of the hub that is not here can be downloaded", () => {
  const model = { ...declaration("model", "bert"), download: "bert-base-uncased" };
  expect(titles(model, storeOf([]))).toEqual(["$(cloud-download) Download bert-base-uncased"]);
  expect(titles(model, storeOf([]), { noRunning: "Running is disabled in Restricted Mode" })).toEqual([]);
});

test("an error keeps known facts, and asks for a fix", () => {
  const done = runOf("pretrain", id, { name: "base", state: "done", ended: now, scores: [perplexity] });
  expect(titles({ ...base, errors: 2 }, storeOf([done]))).toEqual([
    "$(error) 2 errors to fix first",
    "$(check) perplexity 61.30 · just now",
    "$(graph) Open",
  ]);
});

test("if nothing can run, the reason replaces Run, and Preview is not offered", () => {
  const noRunning = "Running is disabled in Restricted Mode";
  expect(titles(base, storeOf([]), { noRunning })[0]).toBe(`$(circle-slash) ${noRunning}`);
  expect(titles(declaration("objective", "mlm"), storeOf([]), { noRunning })).toEqual([]);
  expect(titles(declaration("objective", "mlm"), storeOf([]))).toEqual(["$(open-preview) Preview"]);
});

test.each<[OutlineDeclaration["kind"], Measured, string]>([
  ["corpus", { of: "corpus", files: 28, bytes: 770_000, documents: 28 }, "28 files, 770 kB, 28 documents"],
  ["tokenizer", { of: "tokenizer", vocabulary: 4096, trained: false }, "4,096 entries, not trained yet"],
  [
    "task",
    { of: "task", examples: { train: 1200, validation: 60, test: 100 }, labels: ["a", "b"] },
    "1,200 training examples, 60 for validation, 100 for testing · 2 labels",
  ],
])("above a %s stands its size", (kind, measured, text) => {
  expect(titles({ ...declaration(kind, "x"), measured }, storeOf([]))).toEqual([text]);
});
