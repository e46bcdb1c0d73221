import { closeSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type EventBody, parseEvent, type RunEvent, type StepEvent } from "#runtime/contract/events.ts";
import { Obstacle } from "#runtime/contract/system-error.ts";
import { openRegular } from "#runtime/machine/regular-file.ts";
import { isMissing } from "./files.ts";
import { endOfLines, newline, openLines } from "./lines.ts";

/** Appends events to a run folder's `events.jsonl`. Only for who holds the folder's lock. */
export interface EventWriter {
  /** Adds the time and the job and writes the line in one call. */
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

/** Some events, and the offset behind them. */
export interface EventBlock {
  events: RunEvent[];
  offset: number;
}

/** Events from a byte offset on, a block at a time, however many there are. A torn last line is left for the next reading. */
export function* eventBlocks(folder: string, from = 0): Generator<EventBlock> {
  const file = openedFile(folder);
  if (file === undefined) return;
  try {
    const block = Buffer.alloc(blockBytes);
    let offset = from;
    // a line that is longer than a block is none that was written here: it is passed over
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

/** The last event of a folder that was written whole; only the end of the file is read. */
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

/** Events as they are written, from a byte offset on, until the signal; what was written before the signal is still given. */
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
    // polling: file notifications are missing on network drives, where run folders often are
    await wait(options.everyMilliseconds ?? 100, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** The byte offset behind what is written now: where to start following only what comes. */
export function eventsEnd(folder: string): number {
  const file = openedFile(folder);
  if (file === undefined) return 0;
  try {
    return endOfLines(file);
  } finally {
    closeSync(file);
  }
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

/** Longer than any event. */
const blockBytes = 1 << 20;

/** Lines that are no events of this job are left out: a disk that was full, a copy cut short, a file of another folder. */
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
