import { closeSync, fstatSync, fsync, futimesSync, linkSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { type LockHolder, lockHolder } from "#runtime/contract/records.ts";
import { isAlive, thisProcess } from "./process-identity.ts";
import { refuseLinks } from "./refuse-links.ts";
import { hasCode, naming, readJson, temporaryName } from "./whole-files.ts";

/** A lock that this process holds until it releases it or another host takes it over. */
export interface HeldLock {
  held: true;
  /** Releases the lock, unless another process has it by now. */
  release(): void;
  /**
   * Whether the lock still belongs to this process. It does not if the process slept for longer than the lease, as on a laptop, and another
   * host took over. Call it before writing anything under the lock; the file is checked at most once per second.
   */
  isOurs(): boolean;
}
export type LockAttempt = HeldLock | { held: false; holder: LockHolder };

/** Seconds for which a lock is valid after it was renewed, and thus how long other hosts wait for a host that is gone. */
const leaseSeconds = 600;
/** Number of times that the holder renews the lock during its lease. */
const renewals = 20;

/**
 * Takes a lock file, or returns its holder. If the process of a lock is dead, or its id belongs to another process by now, the lock is
 * taken over at once. A process of another host cannot be checked: its lock is a lease, which the holder renews by writing the file again,
 * and which ends `lease` seconds later.
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

/** The current holder of a lock; undefined if it has none: its process is dead, or its host no longer renews it. */
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

/** Elapsed milliseconds by the clock that advanced further, since some systems stop one of the two during sleep. */
function since([wall, steady]: Clocks): number {
  const [nowWall, nowSteady] = clocks();
  return Math.max(Math.abs(nowWall - wall), nowSteady - steady);
}

/** Renews a lock by writing the same bytes to the open file. If the lock was replaced, the new lock is not affected. */
function renew(file: number, content: string): void {
  try {
    writeSync(file, content, 0);
    // sent to a network drive at once, without waiting
    fsync(file, () => {});
  } catch {
    // on a full disk, which may refuse even writes in place, the times can still be set
    try {
      futimesSync(file, new Date(), new Date());
    } catch {
      // the next renewal may succeed; a takeover in the meantime is noticed
    }
  }
}

/** Whether a path still refers to the open file. */
function isSameFile(file: number, path: string): boolean {
  try {
    const [open, there] = [fstatSync(file, { bigint: true }), statSync(path, { bigint: true })];
    return open.ino === there.ino && open.dev === there.dev;
  } catch (error) {
    // the file is gone, or known to be gone on a network drive; other errors say nothing
    return !["ENOENT", "ESTALE", "ENOTDIR"].some((code) => hasCode(error, code));
  }
}

function contentOf(lease: number): string {
  return JSON.stringify({ host: hostname(), ...thisProcess(), lease } satisfies LockHolder);
}

/** Creates a lock file together with its content, so that no one reads an empty lock. The open file, or undefined if it exists already. */
function create(path: string, lease: number): number | undefined {
  const own = temporaryName(path);
  const file = naming(path, () => openSync(own, "wx"));
  try {
    naming(path, () => writeSync(file, contentOf(lease), 0));
    naming(path, () => linkSync(own, path));
    return file;
  } catch (error) {
    closeSync(file);
    // another process, which had the lock, removed it as abandoned
    if (hasCode(error, "EEXIST") || hasCode(error, "ENOENT")) return undefined;
    return createExclusively(path, lease, error);
  } finally {
    rmSync(own, { force: true });
  }
}

/** As `create`, for file systems without hard links (FAT, some network drives). */
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
 * Removes an abandoned lock. The removal has its own lock, so that if two processes see the same abandoned lock, the slower one cannot
 * remove the new lock of the faster one. Returns the holder of that lock if another process is removing it.
 */
function breakStale(path: string): LockHolder | undefined {
  const attempt = tryLock(`${path}.break`);
  if (!attempt.held) return attempt.holder;
  const holder = holderOf(path);
  if (!holder || !isHeld(path, holder)) rmSync(path, { force: true });
  attempt.release();
  return undefined;
}

/** The holder in a lock file; undefined if the file does not name a process, because it is incomplete or something else. */
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
 * Whether the lease of a lock has ended. The clocks of two hosts may differ: if ours says that it has ended, the clock of the file system
 * decides, which sets the times of both hosts' files.
 */
function hasEnded(path: string, lease: number): boolean {
  const written = timeOf(path);
  if (written === undefined) return true;
  const age = Date.now() - written;
  if (age >= 0 && age <= lease) return false;
  return (fileSystemTime(path) ?? Date.now()) - written > lease;
}

/** The modification time of a file; undefined if it is gone. */
function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The current time of the file system, from a new file next to the lock; undefined if none can be written. */
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
