import { renameSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { makeFolders } from "./make-folders.ts";
import { readRegularText } from "./regular-file.ts";
import { cacheFolder } from "./user-folder.ts";

/** The measured training speed of an engine on this machine. */
const measuredSpeed = v.object({
  /** Work (`stepWork`) per second. */
  workPerSecond: v.pipe(v.number(), v.gtValue(0)),
  /** Number of processors that it was measured on. */
  processors: v.number(),
  /** Versions of this program and of the engine; others may have another speed. */
  version: v.string(),
  /** Date of the measurement, ISO 8601. */
  date: v.string(),
});
export type MeasuredSpeed = v.InferOutput<typeof measuredSpeed>;

/** Measured speeds by engine. */
const speeds = v.record(v.string(), measuredSpeed);

/** The measured speed of an engine; undefined if none was measured, or if the number of processors has changed. */
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

/** The cached speeds; empty if they cannot be read, since they can be measured again. */
function readSpeeds(): v.InferOutput<typeof speeds> {
  try {
    const parsed = parseRecord(readRegularText(speedsFile()), speeds);
    return "value" in parsed ? parsed.value : {};
  } catch {
    return {};
  }
}

/** The file of this machine's speeds; a home folder may be shared by several machines. */
function speedsFile(): string {
  return join(cacheFolder(), `speed-${hostname()}.json`);
}
