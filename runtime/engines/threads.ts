import { availableParallelism } from "node:os";

/** Threads for each of so many jobs side by side: all processors that this process may use, shared out. */
export function threadsFor(jobs: number): number {
  return Math.max(1, Math.floor(availableParallelism() / jobs));
}

/**
 * Threads that share out one operator. A small product is done before other threads have begun: with two threads, a step of the
 * bench's size `tiny` (products of 8e6 FLOPs) took twice the processor time, and longer.
 */
export function operatorThreads(threads: number, largestProduct = Number.POSITIVE_INFINITY): number {
  return largestProduct < smallProduct ? 1 : threads;
}

const smallProduct = 3e7;
