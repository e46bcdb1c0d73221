import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "#runtime/cli/load.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job } from "#runtime/contract/plan.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { runJob } from "#runtime/handlers/run-job.ts";
import { resultFile, type Store } from "#runtime/runs/store.ts";
import { neededJobs } from "#runtime/scheduling/needed.ts";

/** How a session ends. `stop`: as Ctrl-C asks it to, with a checkpoint. `break`: at once, with what was saved before, as a kill. */
export interface Interruption {
  how: "stop" | "break";
  at(event: RunEvent): boolean;
}

/**
 * Runs a declaration of `a.pretrain` in this process, job by job and stage by stage as the command line does, in as many sessions as
 * there are interruptions and one more. Returns what the interruptions came to: those that no event met are left out.
 */
export async function runInterrupted(
  folder: string,
  name: string,
  interruptions: readonly Interruption[] = [],
  engine: EngineName = "cpu",
): Promise<Interruption["how"][]> {
  const ahead = [...interruptions];
  const met: Interruption["how"][] = [];
  const loaded = await load(join(folder, "a.pretrain"));
  while (true) {
    const { plan, first } = loaded.plan(name);
    const stage = first ?? plan;
    for (const job of neededJobs(stage, loaded.store).needed) {
      while (!loaded.store.isDone(job.id) && (await runOnce(job, loaded.store, engine, ahead, met)) !== "done");
    }
    if (stage === plan) return met;
  }
}

async function runOnce(job: Job, store: Store, engine: EngineName, ahead: Interruption[], met: Interruption["how"][]) {
  const stop = new AbortController();
  let broke = false;
  const outcome = await runJob(job, {
    store,
    engine,
    threads: 1,
    signal: stop.signal,
    version: "0",
    onEvent(event) {
      if (broke || stop.signal.aborted || !ahead[0]?.at(event)) return;
      const { how } = ahead.shift()!;
      met.push(how);
      if (how === "stop") return stop.abort();
      broke = true;
      throw new Error("broken off");
    },
  });
  if (outcome.outcome === "failed" && !broke) throw new Error(`${job.name}: ${outcome.message}`);
  return outcome.outcome;
}

/** By job: its result without what goes with the time, and every file that it leaves. */
export async function leftBehind(folder: string): Promise<Record<string, unknown>> {
  const { store } = await load(join(folder, "a.pretrain"));
  const files = ["model.safetensors", "predictions.jsonl"];
  const ofTheTime = new Set(["seconds", "testReadAt", "overhead", "waitingForData", "checksum"]);
  return Object.fromEntries(
    store.jobs().map((id) => {
      const run = store.runFolder(id);
      const result = JSON.parse(readFileSync(resultFile(run), "utf8"), (key, value) => (ofTheTime.has(key) ? undefined : value));
      const content = files.map((file) => [file, contentOf(join(run, file))]);
      return [id, { result, ...Object.fromEntries(content) }];
    }),
  );
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path).toString("base64");
  } catch {
    return undefined;
  }
}
