import { execFile } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { promisify } from "node:util";
import { type Command, Option } from "commander";
import { type BenchObjective, type BenchSize, benchObjectives, benchSizes } from "#runtime/bench/bench-sizes.ts";
import type { GenerationCase } from "#runtime/bench/measure-generation.ts";
import type { BenchCase, Measurement } from "#runtime/bench/measure-training.ts";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { type EngineChoice, type EngineName, engineEntry, engineNames } from "#runtime/contract/catalogue/engines.ts";
import { median } from "#runtime/contract/median.ts";
import { formatBytes, formatCount } from "#runtime/contract/numbers.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { measureSpeed } from "./estimates.ts";
import { atLeast, positive } from "./number-option.ts";
import { print, printJson, say } from "./output.ts";
import { ownCommand } from "./own-command.ts";

interface BenchOptions {
  engine?: EngineName[];
  objective?: BenchObjective[];
  size?: BenchSize[];
  seconds: number;
  rounds: number;
  threads: number;
  json?: boolean;
  /** The measurement to take in this process, as JSON. */
  case?: string;
}

export function addBench(program: Command): void {
  program
    .command("bench")
    .description("measure how fast each engine trains, compared with this machine's matrix products")
    .addOption(
      new Option(
        "--engine <engine...>",
        `default: all that are installed; ${engineNames.filter(isReference)} only at the tiny size`,
      ).choices(engineNames),
    )
    .addOption(new Option("--objective <objective...>", "left out: all").choices(benchObjectives))
    .addOption(new Option("--size <size...>", "left out: all").choices(benchSizes))
    .option("--seconds <n>", "seconds of training per measurement", positive, 5)
    .option("--rounds <n>", "rounds of all measurements; medians are shown", atLeast(1, true), 3)
    .option("--threads <n>", "of the engine", atLeast(1, true), threadsFor(1))
    .option("--json", "one JSON document")
    .addOption(new Option("--case <json>").hideHelp())
    .addHelpText(
      "after",
      `\nExamples:\n  $ pretrain bench\n  $ pretrain bench --engine ${engineNames.find((name) => !engineEntry(name).install)} --size small medium --objective causal\n  $ pretrain bench --json > bench.json`,
    )
    .action(async (options: BenchOptions) => {
      if (options.case !== undefined) return printJson(await measured(JSON.parse(options.case) as Case));
      const document = await bench(options);
      if (options.json) printJson(document);
      else printBench(document);
    });
}

/** A measurement: of training, an engine's peak matrix products, the matrix products of a step, or the speed that time estimates use. */
type Case =
  | ({ kind: "training" | "products" } & BenchCase)
  | ({ kind: "generation" } & GenerationCase)
  | { kind: "peak"; engine: EngineName; threads: number; seconds: number }
  | { kind: "speed"; engine: EngineChoice };

async function measured(requested: Case): Promise<unknown> {
  if (requested.kind === "generation") return (await import("#runtime/bench/measure-generation.ts")).measureGeneration(requested);
  if (requested.kind === "training") return (await import("#runtime/bench/measure-training.ts")).measureTraining(requested);
  if (requested.kind === "speed") return (await measureSpeed(requested.engine)) ?? null;
  const { matrixPeak, productsMilliseconds } = await import("#runtime/bench/peak.ts");
  if (requested.kind === "products") return { milliseconds: await productsMilliseconds(requested) };
  return { flops: await matrixPeak(requested.engine, requested.threads, requested.seconds) };
}

/** The output of `pretrain bench --json`; other programs rely on these names. Milliseconds and rates are medians over the rounds. */
interface BenchDocument {
  date: string;
  machine: { processor: string; processors: number; platform: string; node: string };
  threads: number;
  /** The highest rate of matrix products of any engine. */
  peak_gflops: number;
  rows: BenchRow[];
}

interface BenchRow {
  engine: EngineName;
  objective: BenchObjective;
  size: BenchSize;
  parameters: number;
  step_milliseconds: number;
  tokens_per_second: number;
  gflops: number;
  /** Share of `peak_gflops`, 0 to 1. */
  fraction_of_peak: number;
  /** The largest value of all rounds. */
  peak_memory_bytes: number;
  compile_seconds: number;
  /** Shares of the training time, 0 to 1. */
  waiting_for_data: number;
  overhead: number;
}

async function bench(options: BenchOptions): Promise<BenchDocument> {
  const { seconds, threads, rounds } = options;
  const requested = await availableOf(options.engine ?? engineNames, threads);
  const cases = (options.size ?? benchSizes).flatMap((size) =>
    (options.objective ?? benchObjectives).flatMap((objective) =>
      requested
        .filter((engine) => !isReference(engine) || size === "tiny" || options.engine !== undefined)
        .map((engine): BenchCase => ({ engine, objective, size, threads, seconds })),
    ),
  );
  const peaks: number[] = [];
  const found = new Map<BenchCase, Measurement[]>(cases.map((each) => [each, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const engine of requested) {
      if (!isReference(engine))
        peaks.push((await inChild<{ flops: number }>({ kind: "peak", engine, threads, seconds: Math.min(2, seconds) })).flops);
    }
    for (const each of cases) {
      say(`round ${round} of ${rounds}: ${each.engine}, ${each.objective}, ${each.size}`);
      found.get(each)!.push(await inChild<Measurement>({ kind: "training", ...each }));
    }
  }
  const peak = Math.max(0, ...peaks) / 1e9;
  return {
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      processors: availableParallelism(),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    threads,
    peak_gflops: rounded(peak),
    rows: cases.map((each) => rowOf(each, found.get(each)!, peak)),
  };
}

/** Whether an engine is the reference, which is too slow for larger models. */
function isReference(engine: EngineName): boolean {
  return engineEntry(engine).reference === true;
}

/** The engines that can be used. Reports why any other is skipped. */
async function availableOf(names: readonly EngineName[], threads: number): Promise<EngineName[]> {
  const { loadEngine } = await import("#runtime/engines/engine-table.ts");
  const there: EngineName[] = [];
  for (const name of names) {
    try {
      await loadEngine(name, { threads });
      there.push(name);
    } catch (error) {
      say(`${name} is skipped: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    }
  }
  return there;
}

function rowOf({ engine, objective, size }: BenchCase, found: readonly Measurement[], peak: number): BenchRow {
  const of = (key: keyof Measurement) => median(found.map((each) => each[key]));
  const milliseconds = of("step_milliseconds");
  const gflops = of("flops_per_step") / milliseconds / 1e6;
  return {
    engine,
    objective,
    size,
    parameters: of("parameters"),
    step_milliseconds: rounded(milliseconds),
    tokens_per_second: Math.round((of("tokens_per_step") * 1000) / milliseconds),
    gflops: rounded(gflops),
    fraction_of_peak: peak > 0 ? rounded(gflops / peak) : 0,
    peak_memory_bytes: Math.max(...found.map((each) => each.peak_memory_bytes)),
    compile_seconds: rounded(of("compile_seconds")),
    waiting_for_data: rounded(of("waiting_for_data")),
    overhead: rounded(of("overhead")),
  };
}

/** Takes a measurement in a new process, so that its memory contains nothing of earlier ones. */
async function inChild<T>(requested: Case): Promise<T> {
  const [command, ...before] = ownCommand();
  const { stdout } = await promisify(execFile)(command!, [...before, "bench", "--case", JSON.stringify(requested)]);
  return JSON.parse(stdout) as T;
}

function printBench({ machine, threads, peak_gflops, rows }: BenchDocument): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  print(`${machine.processor}, ${machine.processors} processors, ${threads} threads; matrix products reach ${peak_gflops} GFLOP/s\n`);
  print(
    alignedRows(
      [
        "engine",
        "objective",
        "size",
        "parameters",
        "ms/step",
        "tokens/s",
        "GFLOP/s",
        "of peak",
        "memory",
        "compile",
        "waiting",
        "overhead",
      ],
      rows.map((row) => [
        row.engine,
        row.objective,
        row.size,
        formatCount(row.parameters),
        String(row.step_milliseconds),
        row.tokens_per_second.toLocaleString("en-US"),
        String(row.gflops),
        percent(row.fraction_of_peak),
        formatBytes(row.peak_memory_bytes),
        `${row.compile_seconds} s`,
        percent(row.waiting_for_data),
        percent(row.overhead),
      ]),
    ),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
