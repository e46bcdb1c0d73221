import { closeSync, fstatSync, fsync, futimesSync, linkSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { type LockHolder, lockHolder } from "#runtime/contract/records.ts";
import { hasCode, naming, readJson, temporaryName } from "./files.ts";
import { refuseLinks } from "./links.ts";
import { isAlive, thisProcess } from "./process-identity.ts";

/** A lock that this process holds, until it releases it or another host takes it over. */
export interface HeldLock {
  held: true;
  /** Leaves alone what another process has by now. */
  release(): void;
  /**
   * Whether the lock is still this process's: not where it slept for longer than its lease, as a laptop does, and another host took
   * over. To be asked before something is written under the lock; the file is looked at once a second at the most.
   */
  isOurs(): boolean;
}
export type LockAttempt = HeldLock | { held: false; holder: LockHolder };

/** Seconds for which a lock holds after it was renewed: how long other hosts wait for a host that is gone. */
const leaseSeconds = 600;
/** A holder renews it so many times in that time. */
const renewals = 20;

/**
 * Takes a lock file, or says who has it. A lock whose process is dead, or whose process id belongs to another process by now, is taken
 * over at once. A process of another host cannot be looked at: its lock is a lease, which its holder renews by writing the file again
 * and which ends `lease` seconds after that.
 */
export function tryLock(path: string, lease = leaseSeconds): LockAttempt {
  refuseLinks(path);
  while (true) {
    const file = create(path, lease);
    if (file !== undefined) return heldLock(path, file, lease);
    const holder = holderOf(path);
    if (holder && isHeld(path, holder)) return { held: false, holder };
    const breaking = breakStale(path);
    if (breaking) return { held: false, holder: breaking };
  }
}

/** Who holds a lock now; undefined where nobody does: a dead process, or a host that no longer renews it. */
export function lockedBy(path: string): LockHolder | undefined {
  const holder = holderOf(path);
  return holder && isHeld(path, holder) ? holder : undefined;
}

function heldLock(path: string, file: number, lease: number): HeldLock {
  const content = contentOf(lease);
  const interval = (lease * 1000) / renewals;
  let [lookedAt, renewedAt] = [clocks(), clocks()];
  let [ours, isReleased] = [true, false];
  const look = () => {
    lookedAt = clocks();
    ours &&= isSameFile(file, path);
    if (ours && since(renewedAt) >= interval) {
      renew(file, content);
      renewedAt = lookedAt;
    }
    return ours;
  };
  const timer = setInterval(look, interval);
  timer.unref();
  return {
    held: true,
    release() {
      if (isReleased) return;
      clearInterval(timer);
      const mayRemove = ours && isSameFile(file, path);
      closeSync(file);
      if (mayRemove) rmSync(path, { force: true });
      ours = false;
      isReleased = true;
    },
    isOurs: () => (since(lookedAt) < freshMilliseconds ? ours : look()),
  };
}

const freshMilliseconds = 1000;

type Clocks = readonly [wall: number, steady: number];

function clocks(): Clocks {
  return [Date.now(), performance.now()];
}

/** Milliseconds by the clock that went further, either way: in a sleep some systems stop one of the two. */
function since([wall, steady]: Clocks): number {
  const [nowWall, nowSteady] = clocks();
  return Math.max(Math.abs(nowWall - wall), nowSteady - steady);
}

/** Writes the same bytes again, through the open file: where it is nobody's lock any more, the lock of another stays what it is. */
function renew(file: number, content: string): void {
  try {
    writeSync(file, content, 0);
    // a network drive is told at once; nothing waits for it
    fsync(file, () => {});
  } catch {
    // a full disk, which may take no write even in place, takes the time
    try {
      futimesSync(file, new Date(), new Date());
    } catch {
      // the next renewal may be possible; whoever takes over meanwhile is noticed
    }
  }
}

/** Whether a path still leads to the open file. */
function isSameFile(file: number, path: string): boolean {
  try {
    const [open, there] = [fstatSync(file, { bigint: true }), statSync(path, { bigint: true })];
    return open.ino === there.ino && open.dev === there.dev;
  } catch (error) {
    // gone, or what was open is known to be gone on a network drive; anything else tells nothing
    return !["ENOENT", "ESTALE", "ENOTDIR"].some((code) => hasCode(error, code));
  }
}

function contentOf(lease: number): string {
  return JSON.stringify({ host: hostname(), ...thisProcess(), lease } satisfies LockHolder);
}

/** Creates the file with its content at once: nobody reads an empty lock. The open file, or undefined where it exists. */
function create(path: string, lease: number): number | undefined {
  const own = temporaryName(path);
  const file = naming(path, () => openSync(own, "wx"));
  try {
    naming(path, () => writeSync(file, contentOf(lease), 0));
    naming(path, () => linkSync(own, path));
    return file;
  } catch (error) {
    closeSync(file);
    // somebody who had the lock swept up what he took for left behind
    if (hasCode(error, "EEXIST") || hasCode(error, "ENOENT")) return undefined;
    return createExclusively(path, lease, error);
  } finally {
    rmSync(own, { force: true });
  }
}

/** For file systems without hard links (FAT, some network drives). */
function createExclusively(path: string, lease: number, why: unknown): number | undefined {
  if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].some((code) => hasCode(why, code))) throw why;
  try {
    const file = openSync(path, "wx");
    writeSync(file, contentOf(lease), 0);
    return file;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return undefined;
    throw error;
  }
}

/**
 * Removes a lock that nobody holds. The removal has a lock of its own, so that of two who see the same dead lock the slower one
 * cannot remove the quicker one's new lock. Gives who is just doing it, if somebody is.
 */
function breakStale(path: string): LockHolder | undefined {
  const attempt = tryLock(`${path}.break`);
  if (!attempt.held) return attempt.holder;
  const holder = holderOf(path);
  if (!holder || !isHeld(path, holder)) rmSync(path, { force: true });
  attempt.release();
  return undefined;
}

/** A file that names no process (torn, or of something else) is held by nobody. */
function holderOf(path: string): LockHolder | undefined {
  const read = readJson(path, lockHolder);
  return read && "value" in read ? read.value : undefined;
}

/** A lock of another host without a lease, as earlier versions wrote it, counts as held. */
function isHeld(path: string, holder: LockHolder): boolean {
  if (holder.host === hostname()) return isAlive(holder);
  return holder.lease === undefined || !hasEnded(path, holder.lease * 1000);
}

/**
 * Whether a lock was last written longer ago than its lease. The clocks of two hosts may differ: where ours says so, the file system's
 * own clock decides, which stamps what both write.
 */
function hasEnded(path: string, lease: number): boolean {
  const written = timeOf(path);
  if (written === undefined) return true;
  const age = Date.now() - written;
  if (age >= 0 && age <= lease) return false;
  return (fileSystemTime(path) ?? Date.now()) - written > lease;
}

/** Undefined where the file is gone. */
function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The time that a file beside the lock is stamped with now; undefined where none can be written. */
function fileSystemTime(path: string): number | undefined {
  const own = temporaryName(path);
  try {
    writeFileSync(own, "", { flag: "wx" });
    return timeOf(own);
  } catch {
    return undefined;
  } finally {
    rmSync(own, { force: true });
  }
}
