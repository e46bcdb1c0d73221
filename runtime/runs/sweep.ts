import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { runSession } from "#runtime/contract/artifacts.ts";
import { tryLock } from "./lock.ts";
import { idIsTaken, isAlive } from "./process-identity.ts";
import { refuseLinks } from "./refuse-links.ts";
import { fileNamesIn, readJson, removeTemporaries, temporaryOf } from "./whole-files.ts";

/** Removes what killed processes left in a `.pretrain` folder: temporary files, locks, sessions. */
export function sweep(root: string): void {
  for (const folder of [root, join(root, "cache"), join(root, "interim-analyses"), join(root, "sessions")]) {
    refuseLinks(folder);
    removeAbandoned(folder);
  }
  for (const name of fileNamesIn(join(root, "sessions"))) removeEnded(join(root, "sessions", name));
  for (const id of fileNamesIn(join(root, "runs"))) sweepJob(join(root, "runs", id));
}

/** Removes temporary files of processes of this host that no longer exist. */
function removeAbandoned(folder: string): void {
  for (const name of fileNamesIn(folder)) {
    const pid = temporaryOf(name);
    if (pid !== undefined && !idIsTaken(pid)) rmSync(join(folder, name), { force: true, recursive: true });
  }
}

function removeEnded(path: string): void {
  const read = readJson(path, runSession);
  if (read && "value" in read && read.value.host === hostname() && !isAlive(read.value)) rmSync(path, { force: true });
}

/** Removes abandoned files in a run folder, under its lock. */
function sweepJob(folder: string): void {
  const isLeft = (name: string) => name.endsWith(".tmp") || /^(lock|submitted)/.test(name);
  if (![folder, join(folder, "checkpoints"), join(folder, "kept")].some((each) => fileNamesIn(each).some(isLeft))) return;
  const lock = tryLock(join(folder, "lock"));
  if (!lock.held) return;
  try {
    removeTemporaries(folder);
    for (const name of ["lock.break", "submitted", "submitted.break"]) {
      const left = tryLock(join(folder, name));
      if (left.held) left.release();
    }
  } finally {
    lock.release();
  }
}
