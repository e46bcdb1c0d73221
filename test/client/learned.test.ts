import { expect, test } from "vitest";
import { lensesOf } from "#client/lenses/collect-lenses.ts";
import { withEvent, withResult } from "#client/runs/collect-runs.ts";
import type { Run } from "#client/runs/model.ts";
import { curveRun } from "#client/views/send-curves.ts";
import { guessLines, learnedCourses } from "#client/webviews/curves/learned-series.ts";
import type { PretrainResult } from "#runtime/contract/artifacts.ts";
import type { StepEvent } from "#runtime/contract/events.ts";
import type { LearningPoint, PartLoss } from "#runtime/contract/learning-point.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { declaration, event, job, outline, runOf, session, step, storeOf } from "./samples.ts";

const id = "pretrain-1";
const electra = {
  ...job("pretrain", id, "base"),
  model: { architecture: "encoder", hidden: 64 },
  objective: { kind: "replaced_token", generator: 0.25 },
  optimizer: { kind: "adamw", learningRate: 1e-3 },
} as unknown as Job;
const base = declaration("pretrain", "base", [electra]);
const now = Date.parse("2026-01-01T00:00:00Z");

const loss = (of: PartLoss["of"], learned: number, more: Partial<PartLoss> = {}): PartLoss => ({
  of,
  loss: 5 * (1 - learned),
  n: 1000,
  guess: { uniform: 7, constant: 5 },
  learned,
  standard_error: 0.001,
  trained: 1,
  ...more,
});
const point = (at: number, ...parts: PartLoss[]): LearningPoint => ({ step: at, parts, gradient_norm: 1, moved: 1 });
const after = (at: number, generator: number, discriminator: number) => {
  const trained = { trained: at / 100 };
  return point(at, loss("generator", generator, trained), loss("discriminator", discriminator, trained));
};
const told = (run: Run, ...points: LearningPoint[]) =>
  points.reduce((before, each) => withEvent(before, event(id, { event: "learning", ...each })), run);

function lenses(run: Run) {
  const running = run.state === "running" ? [session("base")] : [];
  return lensesOf({
    outline: outline([base]),
    file: "/folder/a.pretrain",
    store: storeOf([run], running),
    changes: new Map(),
    now,
    noRunning: null,
  });
}

test("the lens of a run says what it learned, or what it does not learn, with what helps", () => {
  const running = {
    ...runOf("pretrain", id, { name: "base", state: "running", pid: 1, step: step(id, 50) as StepEvent, pace: 12_800 }),
    job: electra,
  };
  const learns = lenses(told(running, after(10, 0.02, 0.01), after(40, 0.2, 0.1)));
  expect(learns[1]!.title).toContain("loss 4.00 · learned: generator 20%, discriminator 10% · 12.8k tokens/s");
  const stuck = lenses(told(running, after(10, 0.02, 0.01), after(40, 0.2, 0)));
  expect(stuck[1]!.title).toContain(
    "loss 4.00 · $(warning) discriminator: no better than guessing the base rate after 40% · 12.8k tokens/s",
  );
  expect(stuck[1]!.tooltip).toContain("What usually helps: train for more steps, or change generator");
});

test("a finished run that did not learn has a warning in place of its check mark; a result of an earlier version has none", () => {
  const run = { ...runOf("pretrain", id, { name: "base" }), job: electra };
  const result = (learning?: LearningPoint[]) =>
    ({ scores: [], seconds: 1, ...(learning ? { learning } : {}) }) as unknown as PretrainResult;
  expect(lenses(withResult(run, result([after(100, 0.2, 0)]), now))[0]!.title).toBe(
    "$(warning) done · discriminator: no better than guessing the base rate · just now",
  );
  expect(lenses(withResult(run, result([after(100, 0.2, 0.1)]), now))[0]!.title).toBe("$(check) done · just now");
  expect(lenses(withResult(run, result(), now))[0]!.title).toBe("$(check) done · just now");
});

test("events of a resumed run replace those after its checkpoint", () => {
  const run = told(runOf("pretrain", id), after(10, 0, 0), after(20, 0, 0), after(10, 0.1, 0.1));
  expect(run.learning.map(({ step: at }) => at)).toEqual([10]);
});

const curve = (label: string, ...learning: LearningPoint[]) =>
  curveRun({ ...runOf("pretrain", label), job: electra, learning }, label, label)!;

test("each loss of a run is a curve", () => {
  expect(learnedCourses([curve("a", after(10, 0.1, 0), after(20, 0.2, 0.1)), curve("b", point(10, loss("tokens", 0.3)))])).toMatchObject([
    {
      name: "a: generator",
      points: [
        { step: 10, learned: 0.1 },
        { step: 20, learned: 0.2 },
      ],
    },
    {
      name: "a: discriminator",
      points: [
        { step: 10, learned: 0 },
        { step: 20, learned: 0.1 },
      ],
    },
    { name: "b", points: [{ step: 10, learned: 0.3 }] },
  ]);
});

test("what guessing loses is a line where the training loss is one loss, equal ones once", () => {
  const causal = loss("tokens", 0.3, { guess: { uniform: 7, constant: 5.884, bigram: 4.271 } });
  expect(guessLines([curve("a", point(10, causal)), curve("b", point(10, causal)), curve("c", after(10, 0.1, 0))])).toEqual([
    { value: 5.884, label: "unigram 5.88" },
    { value: 4.271, label: "bigram 4.27" },
  ]);
  expect(guessLines([curve("a", point(10, loss("tokens", 0.1, { part: "mlm" }), loss("contrast", 0.1, { part: "simcse" })))])).toEqual([
    { value: 5, label: "mlm: unigram 5.00" },
    { value: 5, label: "simcse: guessing 5.00" },
  ]);
});
