import { availableParallelism } from "node:os";

/** Threads for each of so many jobs side by side: all processors that this process may use, shared out. */
export function threadsFor(jobs: number): number {
  return Math.max(1, Math.floor(availableParallelism() / jobs));
}
