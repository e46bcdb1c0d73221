import { availableParallelism } from "node:os";

/** Threads of one job's engine: all processors that this process may use. Part of what makes a run repeat bit for bit. */
export function defaultThreads(): number {
  return availableParallelism();
}
