import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** A process as identified in lock files and session records. */
export interface NamedProcess {
  pid: number;
  host: string;
  /** Identity written by runtime/runs/process-identity.ts. */
  started?: string | null;
}

/** Whether the process is alive. A process on another host cannot be checked and counts as alive. */
export async function isProcessAlive({ pid, host, started }: NamedProcess): Promise<boolean> {
  if (!isHere({ host })) return true;
  if (!idIsTaken(pid)) return false;
  if (typeof started !== "string" || process.platform !== "linux") return true;
  return (await startOnLinux(pid)) === started;
}

export function isHere({ host }: { host: string }): boolean {
  return host === hostname();
}

function idIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Boot id and start time in ticks (proc(5), field 22 of stat). A zombie has ended. */
async function startOnLinux(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, "utf8"), bootId()]);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

let boot: Promise<string> | undefined;

function bootId(): Promise<string> {
  boot ??= readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
    (text) => text.trim(),
    () => "",
  );
  return boot;
}
