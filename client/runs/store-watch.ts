import { type FSWatcher, watch } from "node:fs";
import { basename, join } from "node:path";
import { type Results, type RunSession, results, runSession } from "#runtime/contract/artifacts.ts";
import type { JobKind } from "#runtime/contract/plan.ts";
import { jobRecord } from "#runtime/contract/plan-schema.ts";
import { lockHolder } from "#runtime/contract/records.ts";
import { newRun, withEvent, withResult } from "./collect-runs.ts";
import { emptyStore, isWorking, type Run, type RunState, type WatchedStore } from "./model.ts";
import { isHere, isProcessAlive, type NamedProcess } from "./process.ts";
import { type EventFile, entriesOf, openEventFile, readRecord, readSealedRecord, statOf } from "./read-run-files.ts";

/** Changes between two readings of a store. */
export interface StoreChange {
  store: WatchedStore;
  /** Whether jobs were completed or deleted, so that plans may have become exact. */
  results: boolean;
}

export interface StoreWatch {
  store(): WatchedStore;
  /** Reads the store now instead of at the next interval. */
  look(): Promise<void>;
  dispose(): void;
}

/**
 * Follows a `.pretrain` folder, whoever writes to it: this window, another one or a terminal. It polls, because network drives, where run
 * folders often are, have no file notifications; where notifications exist, it reads sooner.
 */
export function watchStore(root: string, onChange: (change: StoreChange) => void): StoreWatch {
  const folders = new Map<string, RunFolder>();
  let store = emptyStore(root);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let disposed = false;

  const look = async () => {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    await looking;
  };
  const again = async () => {
    // an error in one reading must not prevent the next
    await look().catch((error: unknown) => console.error(error));
    const active = store.sessions.length > 0 || [...store.runs.values()].some(isWorking);
    if (disposed) return;
    listen();
    timer = setTimeout(again, active ? activeMilliseconds : idleMilliseconds);
  };
  const sooner = () => {
    if (disposed || looking) return;
    clearTimeout(timer);
    timer = setTimeout(again, soonMilliseconds);
  };
  const listen = () => {
    const running = [...store.runs.values()].filter(isWorking).map(({ id }) => join("runs", id));
    hints.set(["runs", "sessions", ...running].map((name) => join(root, name)));
  };
  const hints = changeHints(sooner);
  void again();

  return {
    store: () => store,
    look,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      hints.set([]);
    },
  };

  async function lookOnce(): Promise<void> {
    const ids = new Set(await entriesOf(join(root, "runs")));
    const gone = [...folders.keys()].filter((id) => !ids.has(id));
    for (const id of gone) folders.delete(id);
    for (const id of ids) if (!folders.has(id)) folders.set(id, runFolder(join(root, "runs", id)));
    const doneBefore = new Set([...store.runs.values()].filter(({ state }) => state === "done").map(({ id }) => id));
    const runs = (await Promise.all([...folders.values()].map((folder) => folder.look()))).filter((run) => run !== undefined);
    const sessions = await sessionsIn(root);
    if (disposed) return;
    const next: WatchedStore = { root, runs: new Map(runs.map((run) => [run.id, run])), sessions };
    if (sameStore(store, next)) return;
    const done = runs.filter(({ state }) => state === "done");
    const results = done.length !== doneBefore.size || done.some(({ id }) => !doneBefore.has(id));
    store = next;
    onChange({ store, results });
  }
}

const activeMilliseconds = 150;
const idleMilliseconds = 800;
const soonMilliseconds = 30;
/** Enough to contain the last event of each kind. */
const tailBytes = 1 << 16;

/** Calls back when something changes in one of the folders, if the system notifies. */
function changeHints(call: () => void): { set(folders: readonly string[]): void } {
  const watchers = new Map<string, FSWatcher>();
  return {
    set(folders) {
      for (const [folder, watcher] of watchers) {
        if (folders.includes(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        try {
          const watcher = watch(folder, { persistent: false }, call);
          watcher.on("error", () => {
            watcher.close();
            watchers.delete(folder);
          });
          watchers.set(folder, watcher);
        } catch {
          // the folder does not exist yet, or the system has no notifications left: polling continues
        }
      }
    },
  };
}

interface RunFolder {
  /** The run; undefined while the folder has no job. */
  look(): Promise<Run | undefined>;
}

function runFolder(folder: string): RunFolder {
  let events: EventFile | undefined;
  let seenEvents = "";
  let run: Run | undefined;
  let seenResult: number | undefined;
  let damaged = false;
  return {
    async look() {
      if (!run) {
        const job = await readSealedRecord(join(folder, "job.json"), jobRecord);
        if (job?.id !== basename(folder)) return undefined;
        run = newRun(job);
      }
      const result = await statOf(join(folder, "result.json"));
      if (result) {
        if (result.changed !== seenResult) {
          const read = await readSealedRecord<Results[JobKind]>(join(folder, "result.json"), results[run.kind]);
          // the file is not what the job wrote: the job is not done, and the next run does it again
          damaged = read === undefined;
          if (read !== undefined) run = withResult(run, read, result.changed);
          seenResult = result.changed;
        }
        if (!damaged) return run;
      }
      if (!result && seenResult !== undefined) {
        damaged = false;
        seenResult = undefined;
        events = undefined;
        seenEvents = "";
        run = newRun(run.job);
      }
      const written = await statOf(join(folder, "events.jsonl"));
      const sign = `${written?.size} ${written?.changed}`;
      if (written && sign !== seenEvents) {
        seenEvents = sign;
        events ??= openEventFile(join(folder, "events.jsonl"), tailBytes);
        for await (const block of events.read()) for (const event of block) run = withEvent(run, event);
      }
      const holder = await holderOf(join(folder, "lock"));
      run = withHolder(run, holder, holder === undefined && (await holderOf(join(folder, "submitted"))) !== undefined);
      return run;
    },
  };
}

/** Who holds a lock. That of a process of another host ends where it is not renewed. */
async function holderOf(path: string): Promise<NamedProcess | undefined> {
  const holder = await readRecord(path, lockHolder);
  if (!holder || !(await isProcessAlive(holder))) return undefined;
  if (isHere(holder) || holder.lease === undefined) return holder;
  const written = await statOf(path);
  return written && Date.now() - written.changed <= holder.lease * 1000 ? holder : undefined;
}

/** @param submitted whether somebody handed the job over and waits for its beginning */
function withHolder(run: Run, holder: NamedProcess | undefined, submitted: boolean): Run {
  const pid = holder && isHere(holder) ? holder.pid : undefined;
  if (holder) return run.state === "running" && run.pid === pid ? run : { ...run, state: "running", ...(pid === undefined ? {} : { pid }) };
  if (submitted ? run.state === "submitted" : !isWorking(run)) return run;
  const { pid: _, ...kept } = run;
  return { ...kept, state: submitted ? "submitted" : restingState(run) };
}

function restingState({ message, started, state }: Run): RunState {
  if (message !== undefined) return "failed";
  return state === "submitted" && started === undefined ? "new" : "stopped";
}

async function sessionsIn(root: string): Promise<RunSession[]> {
  const names = (await entriesOf(join(root, "sessions"))).filter((name) => name.endsWith(".json")).sort();
  const sessions = await Promise.all(names.map((name) => readRecord(join(root, "sessions", name), runSession)));
  const known = sessions.filter((session) => session !== undefined);
  const alive = await Promise.all(known.map(isProcessAlive));
  return known.filter((_, index) => alive[index]);
}

/** Whether two readings are equal. Runs are replaced when they change. */
function sameStore(left: WatchedStore, right: WatchedStore): boolean {
  if (left.runs.size !== right.runs.size || left.sessions.length !== right.sessions.length) return false;
  if (left.sessions.some((session, index) => session.pid !== right.sessions[index]?.pid)) return false;
  for (const [id, run] of right.runs) if (left.runs.get(id) !== run) return false;
  return true;
}
