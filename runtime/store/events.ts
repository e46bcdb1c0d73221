import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EventBody, RunEvent, StepEvent } from "#runtime/contract/events.ts";
import { isMissing } from "./files.ts";

/** Appends events to a run folder's `events.jsonl`. Only for who holds the folder's lock. */
export interface EventWriter {
  /** Adds the time and the job and writes the line in one call. */
  write(body: EventBody): RunEvent;
  close(): void;
}

export function openEvents(folder: string, job: string, clock: () => Date = () => new Date()): EventWriter {
  const path = eventsFile(folder);
  dropTornLine(path);
  const file = openSync(path, "a");
  return {
    write(body) {
      const event = { time: clock().toISOString(), job, ...body } as RunEvent;
      writeSync(file, `${JSON.stringify(event)}\n`);
      return event;
    },
    close: () => closeSync(file),
  };
}

/** Events from a byte offset on, and the offset behind the last whole line. A torn last line is left for the next reading. */
export function readEvents(folder: string, offset = 0): { events: RunEvent[]; offset: number } {
  const bytes = readFrom(eventsFile(folder), offset);
  const end = bytes.lastIndexOf(newline) + 1;
  const events: RunEvent[] = [];
  for (const line of bytes.toString("utf8", 0, end).split("\n")) {
    const event = parseLine(line);
    if (event) events.push(event);
  }
  return { events, offset: offset + end };
}

/** Events as they are written, from a byte offset on, until the signal; what was written before the signal is still given. */
export async function* followEvents(
  folder: string,
  options: { signal: AbortSignal; offset?: number; everyMilliseconds?: number },
): AsyncGenerator<RunEvent> {
  let offset = options.offset ?? 0;
  while (true) {
    const last = options.signal.aborted;
    const read = readEvents(folder, offset);
    offset = read.offset;
    yield* read.events;
    if (last) return;
    // polling: file notifications are missing on network drives, where run folders often are
    await wait(options.everyMilliseconds ?? 100, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** The byte offset behind what is written now: where to start following only what comes. */
export function eventsEnd(folder: string): number {
  return readEvents(folder).offset;
}

/** Each step once, in order: after a resumed run a step may stand twice, and the later line holds. */
export function stepsOf(events: readonly RunEvent[]): (RunEvent & StepEvent)[] {
  const steps = new Map<number, RunEvent & StepEvent>();
  for (const event of events) if (event.event === "step") steps.set(event.step, event);
  return [...steps.values()].sort((a, b) => a.step - b.step);
}

export function eventsFile(folder: string): string {
  return join(folder, "events.jsonl");
}

const newline = 10;

function parseLine(line: string): RunEvent | undefined {
  if (line === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "event" in value ? (value as RunEvent) : undefined;
  } catch {
    // a disk that was full, a copy cut short: the other lines hold
    return undefined;
  }
}

/** Cuts off what a killed writer left of a line. Readers never went past the last newline, so their offsets stay valid. */
function dropTornLine(path: string): void {
  const file = openSync(path, "a+");
  try {
    const size = fstatSync(file).size;
    const block = Buffer.alloc(65536);
    let end = size;
    while (end > 0) {
      const start = Math.max(0, end - block.length);
      const got = readSync(file, block, 0, end - start, start);
      const last = block.subarray(0, got).lastIndexOf(newline);
      if (last >= 0) {
        end = start + last + 1;
        break;
      }
      end = start;
    }
    if (end < size) ftruncateSync(file, end);
  } finally {
    closeSync(file);
  }
}

function readFrom(path: string, offset: number): Buffer {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
    let filled = 0;
    while (filled < bytes.length) {
      const got = readSync(file, bytes, filled, bytes.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
