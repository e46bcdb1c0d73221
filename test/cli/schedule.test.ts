import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Job } from "#runtime/contract/plan.ts";
import { tryLock } from "#runtime/runs/lock.ts";
import { readManifest } from "#runtime/runs/manifest.ts";
import { lockFile } from "#runtime/runs/store.ts";
import { localProcesses } from "#runtime/scheduling/local-processes.ts";
import { neededJobs } from "#runtime/scheduling/needed.ts";
import { inOrder, schedule } from "#runtime/scheduling/schedule.ts";
import { command } from "./cli.ts";
import { corpus, example, majority, planOf, tokenizer } from "./light-jobs.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 60_000 });

test("jobs run after the jobs they depend on, each in a process of its own, and leave the files of the protocol", async () => {
  const { folder, store, options, events, seen } = example();
  const text = corpus(folder, "good");
  const { states, interrupted } = await schedule(planOf(text, tokenizer(text), majority(folder)), options);
  expect(Object.fromEntries(states)).toEqual({ "corpus-good": "done", "tokenizer-good": "done", "majority-1": "done" });
  expect(interrupted).toBe(false);
  expect(seen("job-done").indexOf("corpus-good")).toBeLessThan(seen("job-started").indexOf("tokenizer-good") + 1);
  const processes = events.flatMap((event) => (event.event === "job-started" ? [event.pid] : []));
  expect(new Set([...processes, process.pid]).size).toBe(4);
  expect(readManifest(store.runFolder("tokenizer-good"))!.sessions).toMatchObject([{ outcome: "done", node: process.version }]);
  const { label, scores } = store.readResult(majority(folder))!;
  expect(["negative", "positive"]).toContain(label);
  expect(scores.map(({ metric, split }) => `${split} ${metric}`)).toContain("test accuracy");
});

test("finished jobs are never rerun", async () => {
  const { folder, options, seen } = example();
  const plan = planOf(majority(folder));
  await schedule(plan, options);
  expect(seen("job-started")).toEqual(["majority-1"]);
  await schedule(plan, options);
  expect(seen("job-started")).toEqual(["majority-1"]);
  expect(seen("job-skipped")).toEqual(["majority-1"]);
});

test("a failure also fails the jobs that depend on it, and no others", async () => {
  const { folder, store, options, events } = example();
  const [spoilt, whole] = [corpus(folder, "bad"), corpus(folder, "good")];
  const { states } = await schedule(planOf(spoilt, tokenizer(spoilt), whole, tokenizer(whole)), options);
  expect(Object.fromEntries(states)).toEqual({
    "corpus-bad": "failed",
    "tokenizer-bad": "skipped",
    "corpus-good": "done",
    "tokenizer-good": "done",
  });
  const failure = events.find((event) => event.event === "job-failed");
  expect(failure).toMatchObject({ job: "corpus-bad", message: expect.stringContaining("bad.txt") });
  expect(events).toContainEqual(expect.objectContaining({ event: "job-skipped", job: "tokenizer-bad", reason: "input-failed" }));
  expect(store.state("corpus-bad")).toBe("failed");
});

test("a failed job runs again once its missing file exists", async () => {
  const { folder, options } = example();
  const plan = planOf(majority(folder));
  renameSync(join(folder, "task.tsv"), join(folder, "away.tsv"));
  expect((await schedule(plan, options)).states.get("majority-1")).toBe("failed");
  renameSync(join(folder, "away.tsv"), join(folder, "task.tsv"));
  expect((await schedule(plan, options)).states.get("majority-1")).toBe("done");
});

test("a process that dies without a word is a failed job that says how it died", async () => {
  const { folder, store, options, events } = example({ "dies.ts": 'console.error("out of luck"); process.kill(process.pid, "SIGKILL");' });
  const { states } = await schedule(planOf(majority(folder)), {
    ...options,
    runner: localProcesses(store, [command[0]!, join(folder, "dies.ts")]),
  });
  expect(states.get("majority-1")).toBe("failed");
  expect(events.at(-1)).toMatchObject({ event: "job-failed", message: expect.stringMatching(/killed \(SIGKILL\).*\nout of luck/s) });
  expect(store.state("majority-1")).toBe("failed");
});

test("a program that cannot be started is a failed job", async () => {
  const { folder, store, options, events } = example();
  const { states } = await schedule(planOf(majority(folder)), { ...options, runner: localProcesses(store, [join(folder, "none")]) });
  expect(states.get("majority-1")).toBe("failed");
  expect(events.at(-1)).toMatchObject({ message: expect.stringContaining("could not be started") });
});

test("a folder that cannot be written is its job's failure, and no other's", async () => {
  const { folder, store, options, events } = example();
  const text = corpus(folder, "good");
  mkdirSync(join(store.root, "runs"), { recursive: true });
  writeFileSync(store.runFolder("majority-1"), "in the way");
  const { states } = await schedule(planOf(majority(folder), text, tokenizer(text)), options);
  expect(Object.fromEntries(states)).toEqual({ "majority-1": "failed", "corpus-good": "done", "tokenizer-good": "done" });
  expect(events).toContainEqual(
    expect.objectContaining({ event: "job-failed", job: "majority-1", message: expect.stringContaining("majority-1") as unknown }),
  );
});

test("a job of another process is waited for, not done twice", async () => {
  const { folder, store, options, events, seen } = example();
  const job = majority(folder);
  store.writeJob(job);
  const lock = tryLock(lockFile(store.runFolder(job.id)));
  const running = schedule(planOf(job), options);
  while (!events.some((event) => event.event === "job-skipped")) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(events).toContainEqual(expect.objectContaining({ event: "job-skipped", reason: "running-elsewhere" }));
  expect(seen("job-started")).toEqual([]);
  // the other one gives up without a result: now it is ours
  if (lock.held) lock.release();
  expect((await running).states.get(job.id)).toBe("done");
});

test("a stop before the first job leaves all undone", async () => {
  const { folder, options, seen } = example();
  const { states, interrupted } = await schedule(planOf(majority(folder)), { ...options, signal: AbortSignal.abort() });
  expect(states.get("majority-1")).toBe("stopped");
  expect(interrupted).toBe(true);
  expect(seen("job-started")).toEqual([]);
});

test("inputs that were deleted are not made again for results that are there", () => {
  const text = { id: "corpus-1", after: [] as string[] };
  const model = { id: "pretrain-1", after: ["corpus-1"] };
  const other = { id: "pretrain-2", after: ["corpus-1"] };
  const plan = planOf(...([text, model] as Job[]));
  const store = { isDone: (id: string) => id === "pretrain-1", isWhole: () => true, damage: () => undefined, keeps: () => true };
  expect(neededJobs(plan, store).needed).toEqual([]);
  expect(neededJobs(planOf(...([text, model, other] as Job[])), store).needed).toEqual([text, other]);
});

test("a pre-training is rerun only if earlier weights are needed and were not kept", () => {
  const text = { id: "corpus-1", kind: "corpus", after: [] as string[] };
  const model = { id: "pretrain-1", kind: "pretrain", after: ["corpus-1"] };
  const last = { id: "finetune-1", kind: "finetune", from: "pretrain-1", after: ["pretrain-1"] };
  const early = { id: "finetune-2", kind: "finetune", from: "pretrain-1", at: 50, after: ["pretrain-1"] };
  const plan = planOf(...([text, model, last, early] as unknown as Job[]));
  const needed = (done: readonly string[], kept: readonly number[]) => {
    const store = {
      isDone: (id: string) => done.includes(id),
      isWhole: () => true,
      damage: () => undefined,
      keeps: (_: string, step: number) => kept.includes(step),
    };
    return neededJobs(plan, store).needed.map(({ id }) => id);
  };
  expect(needed(["corpus-1", "pretrain-1"], [50])).toEqual(["finetune-1", "finetune-2"]);
  expect(needed(["corpus-1", "pretrain-1"], [40])).toEqual(["pretrain-1", "finetune-1", "finetune-2"]);
  expect(needed(["pretrain-1", "finetune-1"], [])).toEqual(["corpus-1", "pretrain-1", "finetune-2"]);
  expect(needed(["corpus-1", "pretrain-1", "finetune-1", "finetune-2"], [])).toEqual([]);
});

test("towards the end the longest chain of trainings goes first, before that the plan's order holds", () => {
  const training = (id: string, steps: number, ...after: string[]) =>
    ({ id, kind: "pretrain", after, steps, accumulate: 1, cost: { flopsPerStep: 1e9 } }) as unknown as Job;
  const jobs = [
    training("short", 5, "tokens"),
    training("behind short", 1, "short"),
    { id: "contamination", kind: "contamination", after: ["tokens"] } as unknown as Job,
    training("long", 4, "tokens"),
    training("behind long", 9, "long"),
    { id: "tokens", kind: "encode", after: [] } as unknown as Job,
    { id: "compare", kind: "compare", after: ["behind short", "behind long", "contamination"] } as unknown as Job,
  ];
  const order = (parallel: number, some = jobs) => inOrder(new Set(some), parallel).map(({ id }) => id);
  // the job that all others wait for is followed by as much work as the longest path
  expect(order(2).slice(0, 2).sort()).toEqual(["long", "tokens"]);
  expect(order(2).slice(2)).toEqual(["behind long", "short", "behind short", "contamination", "compare"]);
  const planned = jobs.map(({ id }) => id);
  expect(order(1)).toEqual(planned);
  const many = [...Array.from({ length: 3 }, (_, i) => training(`first ${i}`, 1)), ...jobs];
  expect(order(2, many)).toEqual(many.map(({ id }) => id));
});
