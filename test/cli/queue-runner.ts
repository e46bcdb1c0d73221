import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Store } from "#runtime/runs/store.ts";
import { endByCode, type JobEnd, type JobRunner, jobArguments } from "#runtime/scheduling/runner.ts";
import { command } from "./cli.ts";

/**
 * Jobs handed over by files in a folder, as a cluster's queue takes them: a worker that is not a child of this process runs one at a time. It
 * reads `NAME.job`, `NAME.stop` and `NAME.kill`, and writes `NAME.ended` with the exit code.
 */
export function queueRunner(store: Store, queue: string): JobRunner {
  let handed = 0;
  return {
    start(job, request) {
      const name = join(queue, `${String(handed++).padStart(3, "0")}-${job.id}`);
      write(`${name}.job`, JSON.stringify(jobArguments(store.root, job, request)));
      return { ended: ended(name), stop: () => write(`${name}.stop`, ""), kill: () => write(`${name}.kill`, "") };
    },
    free: () => ({ processors: 1, memory: 1e12 }),
    stepSeconds: async () => undefined,
  };
}

/** A queue's folder with its worker, which ends with the test. */
export function startQueue(folder: string): { queue: string; worker: ChildProcess } {
  const queue = join(folder, "queue");
  mkdirSync(queue);
  const program = join(folder, "worker.mjs");
  writeFileSync(program, workerProgram);
  const worker = spawn(process.execPath, [program, queue, ...command], { stdio: ["ignore", "ignore", "inherit"] });
  onTestFinished(() => void worker.kill("SIGTERM"));
  return { queue, worker };
}

async function ended(name: string): Promise<JobEnd> {
  while (!existsSync(`${name}.ended`)) await new Promise((resolve) => setTimeout(resolve, 20));
  const code = JSON.parse(readFileSync(`${name}.ended`, "utf8")) as number | null;
  return endByCode(code) ?? { outcome: "died", message: `the queue says that it ended with ${code}` };
}

function write(path: string, content: string): void {
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

const workerProgram = `
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const [queue, program, ...before] = process.argv.slice(2);
let running;
process.on("SIGTERM", () => { running?.child.kill("SIGKILL"); process.exit(); });
const end = (name, code) => {
  writeFileSync(name + ".ended.part", JSON.stringify(code));
  renameSync(name + ".ended.part", name + ".ended");
};
setInterval(() => {
  if (!existsSync(queue)) process.exit();
  if (running && existsSync(running.name + ".kill")) running.child.kill("SIGKILL");
  else if (running && existsSync(running.name + ".stop")) running.child.kill("SIGTERM");
  for (const file of readdirSync(queue).filter((file) => file.endsWith(".job")).sort()) {
    const name = join(queue, file.slice(0, -4));
    if (existsSync(name + ".stop") || existsSync(name + ".kill")) {
      rmSync(name + ".job");
      end(name, 130);
    } else if (!running) {
      const child = spawn(program, [...before, ...JSON.parse(readFileSync(name + ".job", "utf8"))], { stdio: "ignore" });
      rmSync(name + ".job");
      running = { name, child };
      child.once("exit", (code) => { running = undefined; end(name, code); });
    }
  }
}, 20);
`;
