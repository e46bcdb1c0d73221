import { expect, test, vi } from "vitest";
import { schedule } from "#runtime/scheduling/schedule.ts";
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
