import { execFileSync } from "node:child_process";
import { hasCode, readTextFile } from "./whole-files.ts";

/** The identity of a process, which distinguishes it from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Start of the process, as its system writes it; null: unknown. */
  started: string | null;
}

export function thisProcess(): ProcessIdentity {
  own ??= { pid: process.pid, started: startOf(process.pid) };
  return own;
}

/** Whether this process is still running; if its start time is unknown, whether any process has its id. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!idIsTaken(identity.pid)) return false;
  if (identity.pid === process.pid) return identity.started === thisProcess().started;
  if (identity.started === null) return true;
  const started = startOf(identity.pid);
  return started === null ? idIsTaken(identity.pid) : started === identity.started;
}

let own: ProcessIdentity | undefined;

/** Whether a process with this id exists. */
export function idIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process belongs to another user
    return hasCode(error, "EPERM");
  }
}

function startOf(pid: number): string | null {
  if (process.platform === "linux") return startOnLinux(pid);
  if (process.platform === "win32") return null;
  return startByPs(pid);
}

/** Start time in ticks since boot (proc(5), field 22 of stat), with the id of the boot. A zombie has ended and has no start. */
function startOnLinux(pid: number): string | null {
  const stat = readStat(pid);
  if (stat === undefined) return "gone";
  // the second field, the command's name, may contain spaces and parentheses
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return "gone";
  const boot = readTextFile("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${boot}/${fields[19]}`;
}

function readStat(pid: number): string | undefined {
  try {
    return readTextFile(`/proc/${pid}/stat`);
  } catch (error) {
    // the process ended between opening and reading the file
    if (hasCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function startByPs(pid: number): string | null {
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }).trim() || null
    );
  } catch {
    return null;
  }
}
