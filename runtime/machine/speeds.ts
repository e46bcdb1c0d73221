import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./user-folder.ts";

/** How fast an engine trains on this machine, measured once. */
export interface MeasuredSpeed {
  /** Work (`stepWork`) a second. */
  workPerSecond: number;
  /** What it was measured on. */
  processors: number;
  /** This program's and the engine's: another version may be faster. */
  version: string;
  /** ISO 8601. */
  date: string;
}

/** By engine. */
type Speeds = Record<string, MeasuredSpeed>;

/** Undefined where none was measured, or on other processors. */
export function readSpeed(engine: string): MeasuredSpeed | undefined {
  const speed = readSpeeds()[engine];
  return speed?.processors === availableParallelism() ? speed : undefined;
}

export function writeSpeed(engine: string, measured: Pick<MeasuredSpeed, "workPerSecond" | "version">): MeasuredSpeed {
  const speed = { ...measured, processors: availableParallelism(), date: new Date().toISOString() };
  const path = speedsFile();
  mkdirSync(cacheFolder(), { recursive: true });
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, `${JSON.stringify({ ...readSpeeds(), [engine]: speed }, null, 2)}\n`);
  renameSync(whole, path);
  return speed;
}

function readSpeeds(): Speeds {
  try {
    return JSON.parse(readFileSync(speedsFile(), "utf8")) as Speeds;
  } catch {
    // a cache can be made again
    return {};
  }
}

/** A home folder may be shared by several machines. */
function speedsFile(): string {
  return join(cacheFolder(), `speed-${hostname()}.json`);
}
