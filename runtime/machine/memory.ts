import { freemem, totalmem } from "node:os";

/** Bytes that new processes can use in addition to the running ones, within the limit of the container. */
export function availableMemory(): number {
  // missing in Node 20.0 to 20.12
  return process.availableMemory?.() ?? freemem();
}

/** Maximum number of bytes that this process can use: those of the machine, or of the container that it runs in. */
export function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
