import type { RunEvent } from "#runtime/contract/events.ts";
import { eventBlocks } from "#runtime/runs/event-log.ts";

/** All events from a byte offset on, and the offset after the last whole line. */
export function readEvents(folder: string, from = 0): { events: RunEvent[]; offset: number } {
  const blocks = [...eventBlocks(folder, from)];
  return { events: blocks.flatMap(({ events }) => events), offset: blocks.at(-1)?.offset ?? from };
}
