import { renameSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { makeFolders } from "./make-folders.ts";
import { readRegularText } from "./regular-file.ts";
import { cacheFolder } from "./user-folder.ts";

/** How fast an engine trains on this machine, measured once. */
const measuredSpeed = v.object({
  /** Work (`stepWork`) a second. */
  workPerSecond: v.pipe(v.number(), v.gtValue(0)),
  /** What it was measured on. */
  processors: v.number(),
  /** This program's and the engine's: another version may be faster. */
  version: v.string(),
  /** ISO 8601. */
  date: v.string(),
});
export type MeasuredSpeed = v.InferOutput<typeof measuredSpeed>;

/** By engine. */
const speeds = v.record(v.string(), measuredSpeed);

/** Undefined where none was measured, or on other processors. */
export function readSpeed(engine: string): MeasuredSpeed | undefined {
  const speed = readSpeeds()[engine];
  return speed?.processors === availableParallelism() ? speed : undefined;
}

export function writeSpeed(engine: string, measured: Pick<MeasuredSpeed, "workPerSecond" | "version">): MeasuredSpeed {
  const speed = { ...measured, processors: availableParallelism(), date: new Date().toISOString() };
  const path = speedsFile();
  makeFolders(cacheFolder());
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, `${JSON.stringify({ ...readSpeeds(), [engine]: speed }, null, 2)}\n`);
  renameSync(whole, path);
  return speed;
}

/** A cache can be made again. */
function readSpeeds(): v.InferOutput<typeof speeds> {
  try {
    const parsed = parseRecord(readRegularText(speedsFile()), speeds);
    return "value" in parsed ? parsed.value : {};
  } catch {
    return {};
  }
}

/** A home folder may be shared by several machines. */
function speedsFile(): string {
  return join(cacheFolder(), `speed-${hostname()}.json`);
}
