import type { Command } from "commander";
import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { messageOf, runJob } from "#runtime/handlers/run-job.ts";
import { openStore } from "#runtime/runs/store.ts";
import { type LastWords, stopMessage } from "#runtime/scheduling/local-processes.ts";
import { jobExitCodes } from "#runtime/scheduling/runner.ts";
import { addEngineOptions, givenEngine } from "./engine-choice.ts";
import { UsageError } from "./exit.ts";
import { print, say } from "./output.ts";
import { version } from "./version.ts";

interface JobOptions {
  engine: EngineChoice;
  threads: number;
  probe?: number;
}

/** What the scheduler starts, once a job: runs the job of a run folder in this process. Not for people. */
export function addJob(program: Command): void {
  const command = program
    .command("job", { hidden: true })
    .argument("<store>", "the .pretrain folder")
    .argument("<id>", "the job, whose folder holds job.json");
  addEngineOptions(command)
    .option("--threads <n>", "of the engine", Number, threadsFor(1))
    .option("--probe <seconds>", "trains nothing: prints how many seconds a step takes, measured for so long", Number)
    .action(async (root: string, id: string, options: JobOptions) => {
      const { threads, probe: seconds } = options;
      const asked = { ...givenEngine(options), threads };
      const store = openStore(root);
      const job = store.readJob(id);
      if (!job) throw new UsageError(`${store.runFolder(id)} holds no job.json`);
      if (seconds !== undefined) {
        if (job.kind !== "pretrain" && job.kind !== "finetune") throw new UsageError(`${id} trains nothing`);
        const { probe } = await import("#runtime/train/probe.ts");
        return print(String(await probe(job, { ...asked, seconds })));
      }
      for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, giveUp);
      // what it prints goes to a file, which a full disk does not take
      process.stderr.on("error", () => {});
      try {
        const outcome = await runJob(job, { store, ...asked, signal: stopSignal(), version: version() });
        if (outcome.outcome === "failed") say(outcome.message);
        // engines may keep threads; everything is written
        process.exit(jobExitCodes[outcome.outcome]);
      } catch (error) {
        await giveUp(error);
      }
    });
}

/** Ends this process, whatever is open in it: an error that its folder does not take is told to the scheduler. */
async function giveUp(error: unknown): Promise<never> {
  const words: LastWords = { failed: messageOf(error) };
  try {
    say(words.failed);
    const told = new Promise((resolve) => (process.send ? process.send(words, resolve) : resolve(undefined)));
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, lastWordsMilliseconds))]);
  } finally {
    process.exit(jobExitCodes.failed);
  }
}

const lastWordsMilliseconds = 2000;

/** Aborted by Ctrl-C, by SIGTERM, by the scheduler's message, and when the scheduler is gone. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  if (process.channel) {
    process.on("message", (message) => {
      if (message === stopMessage) stop();
    });
    process.on("disconnect", stop);
  }
  return stopping.signal;
}
