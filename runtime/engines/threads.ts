import { availableParallelism } from "node:os";

/** Number of threads of each of this number of parallel jobs, which share all processors that this process may use. */
export function threadsFor(jobs: number): number {
  return Math.max(1, Math.floor(availableParallelism() / jobs));
}

/**
 * Number of threads of a single operator. A small product is done before other threads have started: with two threads, a step of the
 * bench's size `tiny` (products of 8e6 FLOPs) took twice the processor time, and more time in total.
 */
export function operatorThreads(threads: number, largestProduct = Number.POSITIVE_INFINITY): number {
  return largestProduct < smallProduct ? 1 : threads;
}

const smallProduct = 3e7;
