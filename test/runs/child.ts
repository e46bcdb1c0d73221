import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";

/** Runs a program text in a Node of its own; `#runtime/…` imports work. It ends with the test at the latest. */
export function startProgram(folder: string, text: string): ChildProcess {
  const path = join(folder, `program-${programs++}.ts`);
  const root = pathToFileURL(join(import.meta.dirname, "../..")).href;
  writeFileSync(path, text.replaceAll("#runtime/", `${root}/runtime/`));
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Until the child prints something. */
export async function printed(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout!, "data")) as [Buffer];
  return data.toString();
}

export async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

let programs = 0;
