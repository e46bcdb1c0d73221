import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { exitCodeOf } from "#runtime/cli/exit.ts";
import { createProgram } from "#runtime/cli/program.ts";
import { version } from "#runtime/cli/version.ts";
import { messageOf, runJob } from "#runtime/handlers/run-job.ts";
import { openStore } from "#runtime/runs/store.ts";
import { jobExitCodes } from "#runtime/scheduling/runner.ts";
import { type Ended, program } from "./small-run.ts";

interface CommandOptions {
  /** Environment of the processes that the command starts. */
  environment?: NodeJS.ProcessEnv;
  /** Whether jobs run in this process too, instead of processes of their own. */
  jobsHere?: boolean;
}

/**
 * Runs a command of the command line in this process, because starting one would take longer than the command itself. Commands run one at a
 * time; one that takes too long counts as ended by a signal.
 */
export function command(folder: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const turn = last.then(() => Promise.race([answer(folder, args, options), late()]));
  last = turn.catch(() => {});
  return turn;
}

let last: Promise<unknown> = Promise.resolve();

const maxSeconds = 280;

async function late(): Promise<Ended> {
  await wait(1000 * maxSeconds, undefined, { ref: false });
  return { code: null, signal: "SIGKILL", stdout: "", stderr: "" };
}

async function answer(folder: string, [name, file, ...rest]: readonly string[], options: CommandOptions): Promise<Ended> {
  const jobs = options.jobsHere ? await listening() : undefined;
  const before = { argv: process.argv, execArgv: process.execArgv, env: process.env, exitCode: process.exitCode };
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  const said = ["", ""];
  for (const [index, { stream }] of streams.entries())
    stream.write = (text: string | Uint8Array) => {
      said[index] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    };
  const started = jobs === undefined ? program : join(import.meta.dirname, "job-on-other-host.mjs");
  process.argv = [process.execPath, started, name!, join(folder, file!), ...rest];
  process.execArgv = [];
  process.env = { ...process.env, ...options.environment, ...(jobs === undefined ? {} : { FAULT_JOBS: jobs }) };
  process.exitCode = undefined;
  let code: number;
  try {
    await createProgram().parseAsync(process.argv);
    code = Number(process.exitCode ?? 0);
  } catch (error) {
    code = exitCodeOf(error);
  } finally {
    for (const { stream, write } of streams) stream.write = write;
    Object.assign(process, before);
  }
  return { code, signal: null, stdout: said[0]!, stderr: said[1]! };
}

/** The socket at which this process accepts jobs. */
function listening(): Promise<string> {
  made ??= (async () => {
    const path = join(tmpdir(), `pretrain-jobs-${process.pid}.sock`);
    const server = createServer((socket) => void doJob(socket)).listen(path);
    await once(server, "listening");
    server.unref();
    return path;
  })();
  return made;
}

let made: Promise<string> | undefined;

/** Runs a job as the hidden command `job` does. */
async function doJob(socket: Socket): Promise<void> {
  let given = "";
  while (!given.endsWith("\n")) given += String(((await once(socket, "data")) as [Buffer])[0]);
  const [, root, id] = JSON.parse(given) as string[];
  let [code, said]: [number, string] = [jobExitCodes.failed, ""];
  try {
    const store = openStore(root!);
    const signal = new AbortController().signal;
    const done = await runJob(store.readJob(id!)!, { store, engine: "cpu", threads: 1, signal, version: version() });
    code = jobExitCodes[done.outcome];
    if ("message" in done) said = done.message;
  } catch (error) {
    said = messageOf(error);
  }
  socket.end(JSON.stringify({ code, said }));
}
