import { expect, test } from "vitest";
import { callTimes, stepEnds, stepTimes } from "#runtime/machine/step-times.ts";

test("durations are between the ends of steps, or means over a window of them", () => {
  expect(stepTimes([5, 15, 35, 65])).toEqual([10, 20, 30]);
  expect(stepTimes([5, 15, 35, 65], 2)).toEqual([15, 25]);
  expect(stepTimes([5], 1)).toEqual([]);
});

test("events of steps alone are ends, and all events are passed on", () => {
  const passed: string[] = [];
  const { ends, emit } = stepEnds<{ event: string }>(({ event }) => passed.push(event));
  for (const event of ["job-started", "step", "checkpoint", "step"]) emit({ event });
  expect(passed).toEqual(["job-started", "step", "checkpoint", "step"]);
  expect(ends).toHaveLength(2);
  expect(ends[1]).toBeGreaterThanOrEqual(ends[0]!);
});

test("calls are made at least so often, one after another", async () => {
  let under = 0;
  const times = await callTimes(
    async () => {
      expect(++under).toBe(1);
      await Promise.resolve();
      under--;
    },
    { seconds: 0, least: 3 },
  );
  expect(times).toHaveLength(3);
});
