import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testedComparisons } from "#client/expectations/collect-expectations.ts";
import { experimentTree } from "#client/experiments/collect-experiments.ts";
import { deleteQuestion } from "#client/experiments/delete-question.ts";
import { lensesOf } from "#client/lenses/collect-lenses.ts";
import { whyNone } from "#client/running/nothing-fits.ts";
import { hasRunnable, runningNow } from "#client/running/running-now.ts";
import type { Outline, OutlineDeclaration } from "#server/protocol.ts";
import { declaration, job, outline, runOf, session, storeOf } from "./samples.ts";

const file = "/folder/a.pretrain";
const shared = job("pretrain", "pretrain-1", "base");
const base = declaration("pretrain", "base", [shared]);
const expectations = [{ text: "a > b on t.accuracy", range: base.range }];
const objectives: OutlineDeclaration = {
  ...declaration("compare", "objectives", [shared, job("compare", "compare-1", "objectives")]),
  expectations,
};
const objective = declaration("objective", "clm");

function commandsOf(declared: Outline): (string | undefined)[] {
  const context = { outline: declared, file, store: storeOf([]), changes: new Map(), now: 0, noRunning: null };
  return lensesOf(context).map(({ command }) => command);
}

test("a declaration with errors and a broken text offer no run, no preview and no plan", () => {
  const broken = outline([
    { ...objectives, errors: 2 },
    { ...objective, errors: 1 },
  ]);
  const stale = { ...outline([objectives, objective]), stale: true };
  for (const declared of [broken, stale]) {
    expect(commandsOf(declared).filter((command) => command !== undefined && command !== "showProblems")).toEqual([]);
    expect(hasRunnable(declared)).toBe(false);
    expect(testedComparisons(declared, file, storeOf([]), 0).every(({ errors }) => errors > 0)).toBe(true);
    const tree = experimentTree([{ outline: declared, file, shownFile: "a.pretrain", store: storeOf([]) }], 0);
    expect(tree[0]!.can).not.toContain("runnable");
  }
  expect(commandsOf(outline([objectives, objective]))).toEqual(expect.arrayContaining(["run", "showPlan", "previewObjective"]));
  expect(hasRunnable(outline([objectives]))).toBe(true);
  expect(testedComparisons(outline([objectives]), file, storeOf([]), 0)[0]!.errors).toBe(0);
  // an empty text, or one with an objective alone
  expect(hasRunnable(outline([]))).toBe(false);
  expect(hasRunnable(outline([objective]))).toBe(false);
});

test("a running comparison is one run, even if another declaration shares its job", () => {
  const running = [runOf("pretrain", "pretrain-1", { name: "base", state: "running", pid: 1 })];
  const now = (sessions: string[]) => {
    const store = storeOf(
      running,
      sessions.map((name) => session(name)),
    );
    return runningNow([outline([base, objectives])], () => ({ store, file }), 0).map((each) => each.declaration.name);
  };
  expect(now(["objectives"])).toEqual(["objectives"]);
  expect(now(["base", "objectives"])).toEqual(["base", "objectives"]);
  // of a run of another file only the job is known
  expect(now([])).toEqual(["base"]);
});

test("a command that has nothing to work on says why", () => {
  const sound = outline([objective]);
  expect(whyNone([], "Nothing is running here.")).toMatch(/^There is no \.pretrain file here/);
  expect(whyNone([{ ...sound, stale: true }], "Nothing is running here.")).toMatch(/^Fix the errors in the text first/);
  expect(whyNone([sound, { ...sound, stale: true }], "Nothing is running here.")).toBe("Nothing is running here.");
});

test("a run is deleted by its name and size", () => {
  const run = runOf("pretrain", "pretrain-89475118053acd35", { name: "objectives: clm, seed 1" });
  const one = deleteQuestion([{ run, bytes: 12_300_000 }]);
  expect(one.message).toMatch(/^Delete the pretrain objectives: clm, seed 1 \(12 MB\)\?$/);
  const two = deleteQuestion([
    { run, bytes: 1_000_000 },
    { run: { ...run, name: "base" }, bytes: 2_000_000 },
  ]);
  expect(two.message).toMatch(/^Delete 2 runs \(3(\.0+)? MB\)\?$/);
  expect(two.detail).toContain("pretrain base");
  expect(JSON.stringify([one, two])).not.toContain("89475118053acd35");
});

test("a step of the walkthrough is done when its result exists, not when it is requested", () => {
  const { contributes } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    contributes: { walkthroughs: { steps: { id: string; completionEvents: string[] }[] }[] };
  };
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  expect(steps.map(({ completionEvents }) => completionEvents)).toEqual(steps.map(({ id }) => [`onContext:pretrain.walkthrough.${id}`]));
});
