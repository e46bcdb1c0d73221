import { expect, test, vi } from "vitest";
import { eventLine, liveLines, progressLine } from "#runtime/cli/progress-text.ts";
import { plainReporter } from "#runtime/cli/reporter.ts";
import { advance, beginProgress, countJobs, jobTimeLeft, timeLeft } from "#runtime/cli/run-progress.ts";
import type { EventBody, RunEvent } from "#runtime/contract/events.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";

const pretraining = (id: string, steps: number) =>
  ({ id, kind: "pretrain", name: `cell ${id}`, after: [], steps, cost: { flopsPerStep: 1000 } }) as unknown as Job;
const plan: Plan = { file: "a.pretrain", jobs: [pretraining("a", 100), pretraining("b", 200)] };

const at = (seconds: number, job: string, body: EventBody): RunEvent =>
  ({ time: new Date(seconds * 1000).toISOString(), job, ...body }) as RunEvent;
const step = (number: number): EventBody => ({
  event: "step",
  step: number,
  tokens: number * 10,
  loss: 3.25,
  learning_rate: 0.001,
  gradient_norm: 1,
  tokens_per_second: 12_300,
});

function after(...events: RunEvent[]) {
  const progress = beginProgress(plan, new Set());
  for (const event of events) advance(progress, event);
  return progress;
}

const started = at(0, "a", { event: "job-started", kind: "pretrain", name: "cell a", pid: 1, steps: 100 });

test("the time left of a job comes from the speed of its steps, the compiling before them left out", () => {
  const progress = after(started, at(20, "a", step(1)), at(30, "a", step(51)));
  expect(jobTimeLeft(progress.jobs.get("a")!, 30_000)).toBeCloseTo(49 * 0.2, 6);
});

test("of a resumed job too: steps before this session do not count as fast ones", () => {
  const progress = after(started, at(20, "a", step(61)), at(30, "a", step(71)));
  expect(jobTimeLeft(progress.jobs.get("a")!, 30_000)).toBeCloseTo(29, 6);
});

test("the remaining time: waiting jobs cost as much for their work as finished ones", () => {
  const progress = after(started, at(10, "a", { event: "job-done", seconds: 10 }));
  // b has twice the steps
  expect(timeLeft(progress, 10_000, 1)).toBeCloseTo(20, 6);
  expect(timeLeft(progress, 10_000, 2)).toBeCloseTo(10, 6);
});

test("nothing is promised before there is anything to go by", () => {
  expect(timeLeft(after(started), 1000, 1)).toBeUndefined();
  expect(timeLeft(after(), 1000, 1)).toBeUndefined();
});

test("the line of a running job", () => {
  const progress = after(started, at(20, "a", step(1)), at(30, "a", step(51)));
  expect(progressLine(progress.jobs.get("a")!, 30_000)).toBe("cell a · step 51 of 100 · loss 3.250 · 12.3k tokens/s · 9.8 s left");
  advance(progress, at(31, "a", { event: "phase", phase: "evaluating" }));
  expect(progressLine(progress.jobs.get("a")!, 31_000)).toBe("cell a · evaluating · step 51 of 100 · loss 3.250 · 12.3k tokens/s");
});

test("the live display fits the terminal", () => {
  const progress = after(at(0, "b", { event: "job-skipped", reason: "done" }), started, at(20, "a", step(1)), at(30, "a", step(51)));
  const lines = liveLines(progress, 30_000, 1, 40).split("\n");
  expect(lines[0]).toBe("1 of 2 jobs done · about 9.8 s left");
  expect(lines[1]).toBe("  ██████░░░░░░ cell a · step 51 of 100 …");
});

test("what was handed over and has not begun is counted apart", () => {
  const progress = after(at(0, "a", { event: "job-submitted" }), at(0, "b", { event: "job-submitted" }), started);
  expect([countJobs(progress, "submitted"), countJobs(progress, "running")]).toEqual([1, 1]);
  expect(liveLines(progress, 1000, 2, 80).split("\n")[0]).toBe("0 of 2 jobs done · 1 submitted");
});

test("events that are worth a line in a pipe", () => {
  const progress = after(started);
  const job = progress.jobs.get("a")!;
  expect(eventLine(at(1, "a", { event: "job-done", seconds: 41.2 }), job)).toBe("done     cell a (41 s)");
  expect(eventLine(at(1, "a", { event: "job-failed", message: "the loss is NaN" }), job)).toBe("failed   cell a: the loss is NaN");
  expect(eventLine(at(1, "a", { event: "job-skipped", reason: "input-failed" }), job)).toBe("skipped  cell a: one of its inputs failed");
  expect(eventLine(at(1, "a", step(3)), job)).toBeUndefined();
});

test("jobs are counted by their state; those of an earlier stage are done", () => {
  const progress = beginProgress(plan, new Set(["a"]));
  advance(progress, at(0, "b", { event: "job-skipped", reason: "input-failed" }));
  expect([countJobs(progress, "done"), countJobs(progress, "skipped"), countJobs(progress, "waiting")]).toEqual([1, 1, 0]);
});

test("a warning of several jobs is printed once", () => {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const reporter = plainReporter(plan, new Set());
    for (const job of ["a", "b"]) reporter.onEvent(at(1, job, { event: "warning", message: "texts were cut" }));
    reporter.onEvent(at(2, "b", { event: "warning", message: "something else" }));
    reporter.end();
    expect(out.mock.calls.map(([line]) => line)).toEqual(["warning  cell a: texts were cut\n", "warning  cell b: something else\n"]);
  } finally {
    out.mockRestore();
  }
});

test("what is learned stands beside the loss, and a part that does not learn is named once, with what helps", () => {
  const job = {
    ...pretraining("a", 100),
    model: { hidden: 64 },
    objective: { kind: "replaced_token", generator: 0.25 },
    optimizer: { kind: "adamw", learningRate: 3e-3 },
    cost: { parameters: 100_000, embeddings: 0, flopsPerStep: 1000 },
  } as unknown as Job;
  const progress = beginProgress({ ...plan, jobs: [job] }, new Set());
  const point = (at: number): EventBody => ({
    event: "learning",
    step: at,
    parts: [
      {
        of: "generator",
        loss: 5.88 * (0.95 - at / 1500),
        n: 5000,
        guess: { uniform: 7, constant: 5.88 },
        learned: 0.05 + at / 1500,
        standard_error: 0.01,
        trained: at / 100,
      },
      {
        of: "discriminator",
        loss: 0.431,
        n: 30_000,
        guess: { uniform: 0.69, constant: 0.431 },
        learned: 0,
        standard_error: 0.001,
        trained: at / 100,
      },
    ],
    gradient_norm: 1,
    moved: 1.2,
  });
  const line = (number: number) => {
    const event = at(number, "a", point(number));
    return eventLine(event, advance(progress, event)!);
  };
  expect(line(10)).toBeUndefined();
  expect(line(30)).toBe(
    "warning  cell a: discriminator: no better than guessing the base rate after 30%. What usually helps: give the generator more width or steps: " +
      "it is 16 wide and itself learned 7%",
  );
  expect(line(40)).toBeUndefined();
  advance(progress, at(41, "a", step(41)));
  expect(progressLine(progress.jobs.get("a")!, 41_000)).toContain(
    "loss 3.250 · learned: generator 8%, discriminator 0% · discriminator: no better than guessing the base rate after 40%",
  );
  advance(progress, at(99, "a", point(100)));
  expect(
    eventLine(at(100, "a", { event: "job-done", seconds: 41.2 }), advance(progress, at(100, "a", { event: "job-done", seconds: 41.2 }))!),
  ).toBe("done     cell a (41 s) · learned: generator 12%, discriminator 0% · discriminator: no better than guessing the base rate");
});
