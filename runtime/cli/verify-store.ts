import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { counted } from "#runtime/contract/numbers.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { hypothesis } from "#runtime/contract/records.ts";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { readJobRecord } from "#runtime/runs/inspect-folder.ts";
import { inspectManifest } from "#runtime/runs/manifest.ts";
import { openStore, type Store } from "#runtime/runs/store.ts";
import { readTextFile } from "#runtime/runs/whole-files.ts";
import { checkpointProblems } from "#runtime/train/training-checkpoints.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { pretrainFile } from "./given-file.ts";
import { print, printJson, shownPath } from "./output.ts";
import { storeRoot } from "./store-root.ts";

interface Verified {
  /** Number of jobs whose files are all unchanged. */
  whole: number;
  /** Number of jobs that are not done. */
  undone: number;
  problems: string[];
}

export function addVerifyStore(program: Command): void {
  program
    .command("verify-store")
    .description("check that the files of runs are unchanged, by size and checksum")
    .argument("[file]", "a .pretrain file; default: the .pretrain folder here")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain verify-store experiment.pretrain\n  $ pretrain verify-store --json")
    .action((file: string | undefined, { json }: { json?: boolean }) => {
      const root = file === undefined ? resolve(".pretrain") : storeRoot(pretrainFile(file));
      if (!existsSync(root)) throw new UsageError(`there is no folder ${shownPath(root)}: nothing was run yet`);
      const verified = verifyStore(openStore(root));
      if (json) printJson(verified);
      else print(inWords(verified));
      if (verified.problems.length > 0) process.exitCode = exitCodes.problems;
    });
}

function verifyStore(store: Store): Verified {
  const verified: Verified = { whole: 0, undone: 0, problems: hypothesisProblems(store.root) };
  for (const id of store.jobs()) {
    const problems = readable(store, id);
    for (const problem of problems) verified.problems.push(problem);
    if (problems.length > 0) continue;
    if (store.isDone(id)) verified.whole++;
    else verified.undone++;
  }
  return verified;
}

/** The problems of a run folder. Something that cannot be read, such as a loop of links, is a problem like any other; checking goes on. */
function readable(store: Store, id: string): string[] {
  try {
    return jobProblems(store, id);
  } catch (error) {
    const said = describeSystemError(error);
    if (said === undefined) throw error;
    return [said];
  }
}

function jobProblems(store: Store, id: string): string[] {
  const folder = store.runFolder(id);
  const damage = store.damage(id, "content");
  const job = readJobRecord(folder);
  const manifest = inspectManifest(folder);
  return [
    ...(damage === undefined ? [] : [damage]),
    ...(damage === undefined && job && "problem" in job ? [`${join(folder, "job.json")}: ${job.problem}`] : []),
    ...(manifest && "problem" in manifest ? [`${join(folder, "manifest.json")}: ${manifest.problem}`] : []),
    ...checkpointProblems(folder),
  ];
}

function hypothesisProblems(root: string): string[] {
  const path = join(root, "hypotheses.jsonl");
  const lines = (readTextFile(path) ?? "").split("\n");
  return lines.flatMap((line, index) => {
    const parsed = line === "" ? undefined : parseRecord(line, hypothesis);
    return parsed && "problem" in parsed ? [`${path}: line ${index + 1}: ${parsed.problem}`] : [];
  });
}

function inWords({ whole, undone, problems }: Verified): string {
  const counts = `${counted(whole, "job")} unchanged, ${undone} not done`;
  if (problems.length === 0) return counts;
  return [
    ...problems,
    `${counted(problems.length, "file")} changed after a run wrote ${problems.length === 1 ? "it" : "them"} (${counts})`,
    remedy,
  ].join("\n");
}

/** `run` compares sizes, and contents only of files that another job is about to read: reading all would take long. */
const remedy =
  "pretrain run runs a job again if one of its files is missing or has another size; remove a file of the same size whose content changed, and its job runs again too";
