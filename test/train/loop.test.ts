import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { JobStopped } from "#runtime/contract/job-context.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { type Loop, runLoop } from "#runtime/train/loop.ts";
import { freshCounters } from "#runtime/train/training-progress.ts";

const folder = mkdtempSync(join(tmpdir(), "pretrain-loop-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What happened, in order: `begin 1`, `done 1`, `report 1`, `score 1`, `save 1`. Steps take a millisecond, or no time. */
async function history(over: Partial<Loop> & { queues: boolean; short?: boolean; abortAt?: number; failAt?: number }): Promise<string[]> {
  const { queues, short = false, abortAt, failAt, ...loop } = over;
  const happened: string[] = [];
  const stop = new AbortController();
  let last: Promise<void> = Promise.resolve();
  const trainer: Loop["trainer"] = {
    queues,
    step(_part, _batches, { step }) {
      happened.push(`begin ${step}`);
      // as a session does that takes one request after the other
      const done = last.then(() => new Promise<void>((resolve) => (short ? setImmediate(resolve) : setTimeout(resolve, 1))));
      last = done;
      return done.then(() => {
        happened.push(`done ${step}`);
        return { loss: step === failAt ? Number.NaN : step, gradientNorm: 1 };
      });
    },
    async resetOptimizer() {
      happened.push("reset");
    },
  };
  await runLoop({
    context: {
      folder,
      signal: stop.signal,
      emit(event) {
        if (event.event !== "step") return;
        happened.push(`report ${event.step} ${event.loss}`);
        if (event.step === abortAt) stop.abort();
      },
    },
    trainer,
    first: 1,
    steps: 5,
    counters: freshCounters(),
    saveEvery: Number.POSITIVE_INFINITY,
    stepOf: () => ({ part: {} as Part, batches: [], tokensRead: 1, predicted: 1 }),
    learningRateOf: () => 1,
    pausesAfter: () => false,
    async afterStep() {},
    async save(step) {
      happened.push(`save ${step}`);
    },
    ...loop,
  }).catch((error) => happened.push(error instanceof JobStopped ? `stopped ${error.step}` : error.message.split(";")[0]));
  return happened;
}

test("an engine that does its calls in order has the next step before the last is reported", async () => {
  const ahead = await history({ queues: true, steps: 3 });
  expect(ahead).toEqual(["begin 1", "begin 2", "done 1", "report 1 1", "begin 3", "done 2", "report 2 2", "done 3", "report 3 3"]);
  const waiting = await history({ queues: false, steps: 2 });
  expect(waiting).toEqual(["begin 1", "done 1", "report 1 1", "begin 2", "done 2", "report 2 2"]);
});

test("readers of the weights after a step see those of that step", async () => {
  const scored = await history({ queues: true, pausesAfter: (step) => step === 2, steps: 3 });
  expect(scored.indexOf("begin 3")).toBeGreaterThan(scored.indexOf("report 2 2"));
  const saved = await history({ queues: true, saveEvery: 2 });
  expect(saved.filter((each) => each.startsWith("save"))).toEqual(["save 2", "save 4"]);
  for (const step of [2, 4]) expect(saved.indexOf(`begin ${step + 1}`)).toBeGreaterThan(saved.indexOf(`save ${step}`));
  let done = 0;
  const over = await history({
    queues: true,
    pausesAfter: (step) => step === 2,
    async afterStep(step) {
      done = step;
    },
    isOver: () => done === 2,
  });
  expect(over.at(-1)).toBe("report 2 2");
});

test("a training that was finished when stopped does not continue", async () => {
  expect(await history({ queues: true, first: 3, isOver: () => true })).toEqual([]);
});

test("who stops it gets a checkpoint of the last step that was begun", async () => {
  const stopped = await history({ queues: true, abortAt: 2 });
  expect(stopped.slice(-4)).toEqual(["done 3", "report 3 3", "save 3", "stopped 3"]);
  expect((await history({ queues: false, abortAt: 2 })).slice(-2)).toEqual(["save 2", "stopped 2"]);
  expect((await history({ queues: true, abortAt: 5 })).slice(-2)).toEqual(["save 5", "stopped 5"]);
});

test("a wish to stop is heard beside an engine that computes on this thread", async () => {
  const stop = new AbortController();
  const happened = await history({
    queues: false,
    steps: 50,
    trainer: { queues: false, step: async () => ({ loss: 1, gradientNorm: 1 }), async resetOptimizer() {} },
    context: {
      folder,
      signal: stop.signal,
      emit: (event) => event.event === "step" && event.step === 2 && setImmediate(() => stop.abort()),
    },
  });
  expect(happened).toEqual(["save 2", "stopped 2"]);
});

test("a loss that is no number ends it, whatever is under way", async () => {
  const failed = await history({ queues: true, failAt: 2 });
  expect(failed.at(-1)).toMatch(/^the loss became NaN at step 2/);
});

test("the optimiser restarts between two steps", async () => {
  const phases = await history({ queues: true, steps: 3, optimizerStepOf: (step) => (step < 3 ? step : 1) });
  expect(phases.filter((each) => /begin|reset/.test(each))).toEqual(["begin 1", "begin 2", "reset", "begin 1"]);
});

test("short steps are handed to the engine several at a time, and readers of the weights still see those of their step", async () => {
  const happened = await history({ queues: true, short: true, steps: 90, saveEvery: 40, abortAt: 85, pausesAfter: (step) => step === 60 });
  const steps = (what: string) => happened.filter((each) => each.startsWith(what)).map((each) => Number(each.split(" ")[1]));
  const counted = happened.reduce(
    ({ begun, max }, each) => {
      const now = begun + Number(each.startsWith("begin")) - Number(each.startsWith("report"));
      return { begun: now, max: Math.max(max, now) };
    },
    { begun: 0, max: 0 },
  );
  expect(counted.max).toBeGreaterThan(2);
  expect(counted.begun).toBe(0);
  const last = steps("begin").at(-1)!;
  expect(last).toBeGreaterThanOrEqual(85);
  expect(steps("report")).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  expect(steps("save")).toEqual([40, 80, last]);
  for (const [before, after] of [
    ["save 40", "begin 41"],
    ["report 60 60", "begin 61"],
    ["save 80", "begin 81"],
  ])
    expect(happened.indexOf(after!)).toBeGreaterThan(happened.indexOf(before!));
  expect(happened.at(-1)).toBe(`stopped ${last}`);
});
