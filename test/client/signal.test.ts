import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSignal } from "#client/lenses/signal.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a change is announced at once; later ones together, after all editors have been served", () => {
  const told = vi.fn();
  const signal = createSignal(told, () => ["a", "b"]);
  signal.changed();
  expect(told).toHaveBeenCalledTimes(1);
  for (let time = 0; time < 20; time++) {
    signal.changed();
    vi.advanceTimersByTime(100);
  }
  signal.noteAnswer("a");
  vi.advanceTimersByTime(1000);
  // however long VS Code waits, it is not disturbed
  expect(told).toHaveBeenCalledTimes(1);
  signal.noteAnswer("b");
  vi.advanceTimersByTime(500);
  expect(told).toHaveBeenCalledTimes(2);
});

test("an editor that never asks does not silence it for ever", () => {
  const told = vi.fn();
  const signal = createSignal(told, () => ["a"]);
  signal.changed();
  signal.changed();
  vi.advanceTimersByTime(6000);
  expect(told).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(6000);
  expect(told).toHaveBeenCalledTimes(2);
});
