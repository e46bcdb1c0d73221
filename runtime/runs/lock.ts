import { linkSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { type LockHolder, lockHolder } from "#runtime/contract/records.ts";
import { hasCode, naming, readJson, temporaryName } from "./files.ts";
import { refuseLinks } from "./links.ts";
import { isAlive, thisProcess } from "./process-identity.ts";

export type LockAttempt = { held: true; release(): void } | { held: false; holder: LockHolder };

/**
 * Takes a lock file, or says who has it. A lock whose process is dead, or whose process id belongs to another process by now,
 * is taken over. A lock of another host cannot be looked into and counts as held.
 */
export function tryLock(path: string): LockAttempt {
  refuseLinks(path);
  while (true) {
    if (create(path)) return { held: true, release: () => rmSync(path, { force: true }) };
    const holder = holderOf(path);
    if (holder && isHeld(holder)) return { held: false, holder };
    const breaking = breakStale(path);
    if (breaking) return { held: false, holder: breaking };
  }
}

/** Who holds a lock now; undefined where nobody does, a dead process included. */
export function lockedBy(path: string): LockHolder | undefined {
  const holder = holderOf(path);
  return holder && isHeld(holder) ? holder : undefined;
}

/** Creates the file with its content at once: nobody reads an empty lock. False where it exists. */
function create(path: string): boolean {
  const own = temporaryName(path);
  const content: LockHolder = { host: hostname(), ...thisProcess() };
  naming(path, () => writeFileSync(own, JSON.stringify(content), { flag: "wx" }));
  try {
    naming(path, () => linkSync(own, path));
    return true;
  } catch (error) {
    // somebody who had the lock swept up what he took for left behind
    if (hasCode(error, "EEXIST") || hasCode(error, "ENOENT")) return false;
    return createExclusively(path, content, error);
  } finally {
    rmSync(own, { force: true });
  }
}

/** For file systems without hard links (FAT, some network drives). */
function createExclusively(path: string, content: LockHolder, why: unknown): boolean {
  if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].some((code) => hasCode(why, code))) throw why;
  try {
    writeFileSync(path, JSON.stringify(content), { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Removes a dead process' lock. The removal has a lock of its own, so that of two who see the same dead lock the slower one
 * cannot remove the quicker one's new lock. Gives who is just doing it, if somebody is.
 */
function breakStale(path: string): LockHolder | undefined {
  const attempt = tryLock(`${path}.break`);
  if (!attempt.held) return attempt.holder;
  const holder = holderOf(path);
  if (!holder || !isHeld(holder)) rmSync(path, { force: true });
  attempt.release();
  return undefined;
}

/** A file that names no process (torn, or of something else) is held by nobody. */
function holderOf(path: string): LockHolder | undefined {
  const read = readJson(path, lockHolder);
  return read && "value" in read ? read.value : undefined;
}

function isHeld(holder: LockHolder): boolean {
  return holder.host !== hostname() || isAlive(holder);
}
