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

/** The internal command that the scheduler starts for each job: it runs the job of a run folder in this process. */
export function addJob(program: Command): void {
  const command = program
    .command("job", { hidden: true })
    .argument("<store>", "the .pretrain folder")
    .argument("<id>", "the job, whose folder has a job.json");
  addEngineOptions(command)
    .option("--threads <n>", "of the engine", Number, threadsFor(1))
    .option("--probe <seconds>", "measure the step time for this long and print it, in seconds, instead of training", Number)
    .action(async (root: string, id: string, options: JobOptions) => {
      const { threads, probe: seconds } = options;
      const asked = { ...givenEngine(options), threads };
      const store = openStore(root);
      const job = store.readJob(id);
      if (!job) throw new UsageError(`${store.runFolder(id)} has no job.json`);
      if (seconds !== undefined) {
        if (job.kind !== "pretrain" && job.kind !== "finetune") throw new UsageError(`${id} trains nothing`);
        const { probe } = await import("#runtime/train/probe.ts");
        return print(String(await probe(job, { ...asked, seconds })));
      }
      for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, giveUp);
      // its output goes to a file, which cannot be written if the disk is full
      process.stderr.on("error", () => {});
      try {
        const outcome = await runJob(job, { store, ...asked, signal: stopSignal(), version: version() });
        if (outcome.outcome === "failed") say(outcome.message);
        // engines may keep threads running; everything has been written
        process.exit(jobExitCodes[outcome.outcome]);
      } catch (error) {
        await giveUp(error);
      }
    });
}

/** Ends this process whatever is still open, after sending the scheduler an error that could not be written to the folder. */
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

/** A signal that is aborted by Ctrl-C, SIGTERM, a message from the scheduler, or the end of the scheduler. */
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
