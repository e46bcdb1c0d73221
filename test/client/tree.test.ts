import { expect, test } from "vitest";
import { experimentTree, scoresAsMarkdown, type TreeNode } from "#client/experiments/collect-experiments.ts";
import { reconcile } from "#client/experiments/reconcile.ts";
import type { Run } from "#client/runs/model.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { declaration, job, outline, runOf, session, storeOf } from "./samples.ts";

const now = Date.parse("2026-01-01T00:10:00Z");
const scores = [{ metric: "accuracy", value: 0.712, split: "test" as const, n: 500 }];

function tree(runs: readonly Run[], running: string[] = []): TreeNode[] {
  const declared = outline([
    declaration("objective", "mlm"),
    declaration("pretrain", "base", [job("corpus", "corpus-1", "texts"), job("pretrain", "pretrain-1", "base")]),
  ]);
  const store = storeOf(
    runs,
    running.map((name) => session(name)),
  );
  return experimentTree([{ outline: declared, file: "/folder/a.pretrain", shownFile: "a.pretrain", store }], now);
}

test("experiments contain their jobs, with states and actions", () => {
  const [base, ...others] = tree([runOf("corpus", "corpus-1", { name: "texts", state: "done", ended: now })]);
  expect(others).toEqual([]);
  expect(base).toMatchObject({ label: "base", icon: "new", can: ["declared", "runnable", "openable"] });
  expect(base!.children.map(({ label, icon }) => [label, icon])).toEqual([
    ["corpus: texts", "done"],
    ["pretrain: base", "new"],
  ]);
});

test("running jobs can be stopped, not deleted", () => {
  const [base] = tree([runOf("pretrain", "pretrain-1", { name: "base", state: "running", started: now })], ["base"]);
  expect(base).toMatchObject({ icon: "running", can: expect.arrayContaining(["running"]) as unknown });
  expect(base!.can).not.toContain("runnable");
  expect(base!.children[1]!.can).not.toContain("deletable");
});

test("an earlier run is listed below its job as stale; runs of no text come last", () => {
  const runs = [
    runOf("pretrain", "pretrain-0", { name: "base", state: "done", ended: now, scores: [] }),
    runOf("pretrain", "pretrain-9", { name: "gone", state: "done", ended: now, scores: [] }),
  ];
  const [base, stray] = tree(runs);
  expect(base).toMatchObject({ icon: "stale" });
  expect(base!.children[1]!.children).toMatchObject([{ label: "pretrain-0", icon: "stale" }]);
  expect(stray).toMatchObject({
    label: "Other runs",
    children: [{ label: "pretrain: gone", can: expect.arrayContaining(["deletable"]) as unknown }],
  });
});

test("a run and a comparison become Markdown tables", () => {
  expect(scoresAsMarkdown(runOf("finetune", "finetune-1", { name: "tuned", state: "done", scores }))).toContain(
    "| test | accuracy | 0.712 | 500 |",
  );
  const summary = [
    { cell: "clm", task: "t", metric: "accuracy", n: 2, mean: 0.7, standard_error: 0.01, low: 0.6, high: 0.8, baseline: false },
    { cell: "majority", task: "t", metric: "accuracy", n: 1, mean: 0.5, standard_error: 0, low: null, high: null, baseline: true },
  ];
  const comparison = { comparison: "c", question: "Which?", summary, cells: [], missing: [] } as unknown as ComparisonResult;
  expect(scoresAsMarkdown(runOf("compare", "compare-1", { comparison })).split("\n")).toEqual([
    "**Which?**",
    "",
    "| | score | mean | 95% interval | n |",
    "| --- | --- | ---: | --- | ---: |",
    "| clm | t.accuracy | 0.7 | 0.6 to 0.8 | 2 |",
    "| majority | t.accuracy | 0.5 |  | 1 |",
    "",
  ]);
});

test("rows that are shown stay the same objects; those that say something else are drawn again", () => {
  const shown = tree([runOf("pretrain", "pretrain-1", { name: "base", state: "running", started: now })], ["base"]);
  const [base] = shown;
  const job = base!.children[1]!;
  expect(reconcile(shown, tree([runOf("pretrain", "pretrain-1", { name: "base", state: "running", started: now })], ["base"]))).toEqual([]);

  const failed = runOf("pretrain", "pretrain-1", { name: "base", state: "failed", started: now, message: "out of memory" });
  expect(reconcile(shown, tree([failed]))).toEqual([job, base]);
  expect(shown[0]).toBe(base);
  expect(base!.children[1]).toBe(job);
  expect(job).toMatchObject({ icon: "failed", tooltip: "out of memory" });

  const stray = runOf("pretrain", "pretrain-9", { name: "gone", state: "done", ended: now });
  expect(reconcile(shown, tree([failed, stray]))).toBeNull();
  expect(shown.map(({ label }) => label)).toEqual(["base", "Other runs"]);
  expect(shown[0]).toBe(base);
});
