import { existsSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { submissionFile } from "#runtime/runs/store.ts";
import { sweep } from "#runtime/runs/sweep.ts";
import { schedule } from "#runtime/scheduling/schedule.ts";
import { killed, printed, startProgram } from "../runs/child.ts";
import { corpus, example, majority, planOf, tokenizer } from "./light-jobs.ts";
import { queueRunner, startQueue } from "./queue-runner.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

function inQueue() {
  const given = example();
  const { queue, worker } = startQueue(given.folder);
  return { ...given, worker, options: { ...given.options, runner: queueRunner(given.store, queue) } };
}

test("a scheduler hands jobs to any runner: here to a queue whose worker does one at a time", async () => {
  const { folder, store, options, events, worker } = inQueue();
  const text = corpus(folder, "good");
  const { states } = await schedule(planOf(text, tokenizer(text), majority(folder)), options);
  expect(Object.fromEntries(states)).toEqual({ "corpus-good": "done", "tokenizer-good": "done", "majority-1": "done" });
  expect(store.isWhole("tokenizer-good")).toBe(true);
  const pids = events.flatMap((event) => (event.event === "job-started" ? [event.pid] : []));
  expect(new Set([...pids, worker.pid, process.pid]).size).toBe(5);
});

test("a failure in a queue also fails the jobs that depend on it", async () => {
  const { folder, store, options } = inQueue();
  const spoilt = corpus(folder, "bad");
  const { states } = await schedule(planOf(spoilt, tokenizer(spoilt)), options);
  expect(Object.fromEntries(states)).toEqual({ "corpus-bad": "failed", "tokenizer-bad": "skipped" });
  expect(store.state("corpus-bad")).toBe("failed");
});

test("a stop withdraws waiting jobs from the queue", async () => {
  const { folder, options, seen } = inQueue();
  const stopping = new AbortController();
  const text = corpus(folder, "good");
  const running = schedule(planOf(text, majority(folder)), {
    ...options,
    signal: stopping.signal,
    onEvent(event) {
      options.onEvent(event);
      if (event.event === "job-started") stopping.abort();
    },
  });
  const { states, interrupted } = await running;
  expect(interrupted).toBe(true);
  expect(states.get("majority-1")).toBe("stopped");
  expect(seen("job-started")).toEqual(["corpus-good"]);
});

test("a job that waits in a queue is submitted, and its scheduler's death takes that back", async () => {
  const { folder, store, options, events } = inQueue();
  const text = corpus(folder, "good");
  const states = new Map<string, string>();
  await schedule(planOf(text, majority(folder)), {
    ...options,
    onEvent(event) {
      options.onEvent(event);
      if (event.event === "job-started") for (const id of store.jobs()) states.set(`${id} as ${event.job} begins`, store.state(id));
    },
  });
  expect(states.get("corpus-good as corpus-good begins")).toBe("running");
  expect(states.get("majority-1 as corpus-good begins")).toBe("submitted");
  const ofMajority = events.filter(({ job }) => job === "majority-1").map(({ event }) => event);
  expect(ofMajority.slice(0, 2)).toEqual(["job-submitted", "job-started"]);
  const waiting = { ...majority(folder), id: "majority-2" };
  store.writeJob(waiting);
  const file = submissionFile(store.runFolder(waiting.id));
  const scheduler = startProgram(
    folder,
    `import { tryLock } from "#runtime/runs/lock.ts"; tryLock(${JSON.stringify(file)}); console.log(); setInterval(() => {}, 1000);`,
  );
  await printed(scheduler);
  expect(store.state(waiting.id)).toBe("submitted");
  await killed(scheduler);
  expect(store.state(waiting.id)).toBe("new");
  sweep(store.root);
  expect(existsSync(file)).toBe(false);
});

test("of two schedulers of the same job one hands it over, and the other waits for its end", async () => {
  const { folder, options, seen, events } = inQueue();
  const plan = planOf(majority(folder));
  const [one, other] = await Promise.all([schedule(plan, options), schedule(plan, options)]);
  expect([one.states.get("majority-1"), other.states.get("majority-1")]).toEqual(["done", "done"]);
  expect(seen("job-submitted")).toEqual(["majority-1"]);
  expect(events).toContainEqual(expect.objectContaining({ event: "job-skipped", reason: "running-elsewhere" }));
});
