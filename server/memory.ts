import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes for new objects: enough that a keystroke's mostly die there. */
const enough = 16e6;

/**
 * Keeps the heap near to what is in use, some tens of megabytes. V8 collects the part for old objects when it has grown by a multiple
 * of what is in use, on large machines by three times as much: here by a third. It lets the part for new objects grow with the rate at which
 * they are made, which is high while somebody types, and hardly lets it shrink: twice the memory for the same speed.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=33");
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if ((space?.space_size ?? 0) < enough) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
