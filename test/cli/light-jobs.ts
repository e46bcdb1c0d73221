import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { CorpusJob, Job, MajorityJob, Plan, TokenizerJob } from "#runtime/contract/plan.ts";
import { openStore } from "#runtime/runs/store.ts";
import { localProcesses } from "#runtime/scheduling/local-processes.ts";
import type { ScheduleOptions } from "#runtime/scheduling/schedule.ts";
import { command, folderWith, labelled, sentences } from "./cli.ts";

/* Jobs that train nothing, and what runs them: enough to try a scheduler with. */

const good = new TextEncoder().encode(sentences(200));
const bad = Uint8Array.of(0x61, 0xff, 0x62);

export function example(files: Record<string, string | Uint8Array> = {}) {
  const folder = folderWith({ "good.txt": good, "bad.txt": bad, "task.tsv": labelled(40), ...files });
  const store = openStore(join(folder, ".pretrain"));
  const events: RunEvent[] = [];
  const options: ScheduleOptions = {
    store,
    runner: localProcesses(store, command),
    engine: "auto",
    threadsOf: () => 1,
    parallel: 2,
    signal: new AbortController().signal,
    killSignal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  };
  const seen = (kind: RunEvent["event"]) => events.filter((event) => event.event === kind).map(({ job }) => job);
  return { folder, store, events, options, seen };
}

export function corpus(folder: string, name: string): CorpusJob {
  const path = join(folder, `${name}.txt`);
  const content = readFileSync(path);
  return {
    id: `corpus-${name}`,
    kind: "corpus",
    name,
    after: [],
    fingerprint: name,
    corpus: {
      files: [path],
      documents: "line",
      split: { by: "document", validation: 0.1, test: 0 },
      column: null,
      deduplicate: "none",
      limit: null,
    },
    files: [{ path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") }],
  };
}

export function tokenizer(of: CorpusJob): TokenizerJob {
  return {
    id: `tokenizer-${of.name}`,
    kind: "tokenizer",
    name: `pieces of ${of.name}`,
    after: [of.id],
    fingerprint: of.name,
    tokenizer: { kind: "characters", vocabulary: null, trainOn: of.name, lowercase: false, sentinels: 4 },
    corpus: of.id,
  };
}

export function majority(folder: string): MajorityJob {
  return {
    id: "majority-1",
    kind: "majority",
    name: "majority on sentiment",
    after: [],
    fingerprint: "1",
    taskName: "sentiment",
    task: {
      kind: "classification",
      train: join(folder, "task.tsv"),
      validation: 0.2,
      test: 0.2,
      data: { format: "auto", columns: null, separators: null, encoding: "utf-8" },
      second: null,
      text: "sentence",
      label: "polarity",
      pool: "mean",
      labels: ["negative", "positive"],
      files: [],
    },
  };
}

export const planOf = (...jobs: Job[]): Plan => ({ file: "example.pretrain", jobs });
