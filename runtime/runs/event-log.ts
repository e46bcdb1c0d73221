import { closeSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type EventBody, parseEvent, type RunEvent, type StepEvent } from "#runtime/contract/events.ts";
import { Obstacle } from "#runtime/contract/system-error.ts";
import { openRegular } from "#runtime/machine/regular-file.ts";
import { endOfLines, newline, openLines } from "./lines.ts";
import { isMissing } from "./whole-files.ts";

/** Appends events to a run folder's `events.jsonl`. Only the holder of the folder's lock may use it. */
export interface EventWriter {
  /** Adds time and job id to an event, and writes the line in one call. */
  write(body: EventBody): RunEvent;
  close(): void;
}

export function openEvents(folder: string, job: string, clock: () => Date = () => new Date()): EventWriter {
  const lines = openLines(eventsFile(folder));
  return {
    write(body) {
      const event = { time: clock().toISOString(), job, ...body } as RunEvent;
      lines.append(JSON.stringify(event));
      return event;
    },
    close: () => lines.close(),
  };
}

/** A block of events, and the offset after them. */
export interface EventBlock {
  events: RunEvent[];
  offset: number;
}

/** Reads events from a byte offset on, block by block. An incomplete last line is left for the next reading. */
export function* eventBlocks(folder: string, from = 0): Generator<EventBlock> {
  const file = openedFile(folder);
  if (file === undefined) return;
  try {
    const block = Buffer.alloc(blockBytes);
    let offset = from;
    // a line longer than a block was not written by this program, and is skipped
    let passing = false;
    while (true) {
      const got = readSync(file, block, 0, block.length, offset);
      const end = block.subarray(0, got).lastIndexOf(newline) + 1;
      if (end === 0 && got < block.length) return;
      const length = end === 0 ? got : end;
      const start = passing ? block.indexOf(newline) + 1 : 0;
      offset += length;
      if (end > 0) yield { events: eventsIn(block.toString("utf8", start, end), folder), offset };
      passing = end === 0;
    }
  } finally {
    closeSync(file);
  }
}

/** The last complete event of a folder; only the end of the file is read. */
export function lastEvent(folder: string): RunEvent | undefined {
  const file = openedFile(folder);
  if (file === undefined) return undefined;
  try {
    const end = endOfLines(file);
    const start = Math.max(0, end - blockBytes);
    const block = Buffer.alloc(end - start);
    const got = readSync(file, block, 0, block.length, start);
    return eventsIn(block.toString("utf8", 0, got), folder).at(-1);
  } finally {
    closeSync(file);
  }
}

/** Follows events as they are written, from a byte offset until the signal, including events that were written before the signal. */
export async function* followEvents(
  folder: string,
  options: { signal: AbortSignal; offset?: number; everyMilliseconds?: number },
): AsyncGenerator<RunEvent> {
  let offset = options.offset ?? 0;
  while (true) {
    const last = options.signal.aborted;
    for (const block of eventBlocks(folder, offset)) {
      offset = block.offset;
      yield* block.events;
    }
    if (last) return;
    // polling, since network drives, which often contain run folders, have no file notifications
    await wait(options.everyMilliseconds ?? 100, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** The current end of the events as a byte offset, from which only new events are followed. */
export function eventsEnd(folder: string): number {
  const file = openedFile(folder);
  if (file === undefined) return 0;
  try {
    return endOfLines(file);
  } finally {
    closeSync(file);
  }
}

/** The step events without repetition, in order. After a run is resumed, a step may occur twice; the later line is valid. */
export function stepEvents(events: readonly RunEvent[]): (RunEvent & StepEvent)[] {
  const steps = new Map<number, RunEvent & StepEvent>();
  for (const event of events) if (event.event === "step") steps.set(event.step, event);
  return [...steps.values()].sort((a, b) => a.step - b.step);
}

export function eventsFile(folder: string): string {
  return join(folder, "events.jsonl");
}

/** Size of a block in bytes, larger than any event. */
const blockBytes = 1 << 20;

/** The events in a text. Lines that are not events of this job are skipped: after a full disk, in a truncated copy, from another folder. */
function eventsIn(text: string, folder: string): RunEvent[] {
  const job = basename(folder);
  return text.split("\n").flatMap((line) => {
    const event = line === "" ? undefined : parseEvent(line);
    return event?.job === job ? [event] : [];
  });
}

function openedFile(folder: string): number | undefined {
  try {
    return openRegular(eventsFile(folder));
  } catch (error) {
    if (isMissing(error) || error instanceof Obstacle) return undefined;
    throw error;
  }
}
