import { execFileSync } from "node:child_process";
import { hasCode, readText } from "./files.ts";

/** A process, told apart from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system writes it; null where the system does not say. */
  started: string | null;
}

export function thisProcess(): ProcessIdentity {
  own ??= { pid: process.pid, started: startOf(process.pid) };
  return own;
}

/** Whether that very process still runs. Where the system gives no start time, whether any process has its id. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!idIsTaken(identity.pid)) return false;
  if (identity.pid === process.pid) return identity.started === thisProcess().started;
  if (identity.started === null) return true;
  const started = startOf(identity.pid);
  return started === null ? idIsTaken(identity.pid) : started === identity.started;
}

let own: ProcessIdentity | undefined;

/** Whether any process has this id. */
export function idIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user
    return hasCode(error, "EPERM");
  }
}

function startOf(pid: number): string | null {
  if (process.platform === "linux") return startOnLinux(pid);
  if (process.platform === "win32") return null;
  return startByPs(pid);
}

/** Ticks since the boot (proc(5), field 22 of stat) and which boot it was. A zombie has ended: it counts as not there. */
function startOnLinux(pid: number): string | null {
  const stat = readStat(pid);
  if (stat === undefined) return "gone";
  // the second field, the command's name, may hold spaces and parentheses
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return "gone";
  const boot = readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${boot}/${fields[19]}`;
}

function readStat(pid: number): string | undefined {
  try {
    return readText(`/proc/${pid}/stat`);
  } catch (error) {
    // it ended between the opening of the file and the reading
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
