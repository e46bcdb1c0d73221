import { freemem, totalmem } from "node:os";

/** Bytes that new processes may take before others, or the container's limit, are in their way. */
export function availableMemory(): number {
  // not in Node 20.0 to 20.12
  return process.availableMemory?.() ?? freemem();
}

/** Bytes that this process may use at the most: of the machine, or of the container that it runs in. */
export function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
