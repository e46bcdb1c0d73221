/*
 * Our engines and what people use today, on the same work, in turn: medians over the rounds, and their ratios of tokens a second
 * and of tokens for the same processor time. The second holds on a machine that others use too, the first does not.
 *
 *     node bench/peers.ts [--python PATH] [--rounds 5] [--seconds 5] [--threads 2] [--engine onnx] [--peer PyTorch] [--size tiny] [--work causal]
 *
 * Python needs bench/peers/requirements.txt; where it is absent, that is said and nothing is measured.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BenchObjective, type BenchSize, benchJob, benchTokens } from "#runtime/bench/bench-sizes.ts";
import type { GenerationMeasurement } from "#runtime/bench/measure-generation.ts";
import type { Measurement } from "#runtime/bench/measure-training.ts";
import { exportToTransformers } from "#runtime/checkpoints/export.ts";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { type EngineName, engineEntry, engineNames } from "#runtime/contract/catalogue/engines.ts";
import { median } from "#runtime/contract/median.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { initialValues, parametersOf } from "#runtime/models/parameters.ts";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    threads: { type: "string", default: String(threadsFor(1)) },
    engine: { type: "string", multiple: true },
    peer: { type: "string", multiple: true },
    size: { type: "string", multiple: true },
    work: { type: "string", multiple: true },
  },
});
const root = join(fileURLToPath(import.meta.url), "..", "..");
const [threads, seconds] = [Number(values.threads), Number(values.seconds)];

/** What both sides report; `texts` of generation, the rest of training on our side. */
type Reported = Pick<Measurement, "parameters" | "tokens_per_step" | "step_milliseconds" | "processor_milliseconds" | "peak_memory_bytes"> &
  Partial<Pick<GenerationMeasurement, "texts"> & Pick<Measurement, "flops_per_step" | "waiting_for_data" | "overhead">>;

interface Contest {
  peer: "PyTorch" | "Transformers";
  work: BenchObjective | "generation";
  size: BenchSize;
  script: string[];
}

/** Texts that are generated side by side, and the tokens that each begins with. They go on to the end of the context. */
const [texts, prompt] = [32, 16];

const training = (peer: Contest["peer"], script: string[], work: BenchObjective, size: BenchSize): Contest => ({
  peer,
  work,
  size,
  script,
});
const contests: Contest[] = [
  ...(["tiny", "small", "medium"] as const).map((size) => training("PyTorch", ["pytorch.py", size], "causal", size)),
  ...(["masked", "causal", "span_corruption"] as const).map((objective) =>
    training("Transformers", ["transformers_step.py", objective, "medium"], objective, "medium"),
  ),
  ...(["small", "medium"] as const).map((size): Contest => ({ peer: "Transformers", work: "generation", size, script: ["generate.py"] })),
];

const head = [
  ...["peer", "work", "size", "engine", "ms/step", "peer's", "ratio", "processor ms", "peer's", "ratio", "memory, MB", "peer's"],
  ...["of peak", "products alone", "overhead", "same tokens"],
];

if (pythonHas("torch", "transformers")) await compare();
else
  console.log(
    `skipped: ${values.python} has no PyTorch or no Transformers; ${values.python} -m pip install -r bench/peers/requirements.txt`,
  );

async function compare(): Promise<void> {
  const engines = await enginesHere();
  const folder = mkdtempSync(join(tmpdir(), "pretrain-peers-"));
  try {
    for (const contest of contests) {
      if ((["peer", "size", "work"] as const).some((part) => values[part] && !values[part].includes(contest[part]))) continue;
      const model = contest.work === "generation" ? exported(folder, contest.size) : undefined;
      const theirs: Reported[] = [];
      const ours = new Map<EngineName, Reported[]>(engines.map((engine) => [engine, []]));
      const peaks: number[] = [];
      const products = new Map<EngineName, number[]>(engines.map((engine) => [engine, []]));
      for (let round = 1; round <= Number(values.rounds); round++) {
        console.error(`${contest.peer}, ${contest.work}, ${contest.size}: round ${round} of ${values.rounds}`);
        theirs.push(runPeer(model ? [...contest.script, model] : contest.script));
        for (const engine of engines) {
          if (!model) {
            peaks.push(runOurs<{ flops: number }>({ kind: "peak", engine, seconds: Math.min(2, seconds) }).flops);
            const alone = { ...caseOf(contest, engine, model), kind: "products", seconds: Math.min(2, seconds) };
            products.get(engine)!.push(runOurs<{ milliseconds: number }>(alone).milliseconds);
          }
          ours.get(engine)!.push(runOurs<Reported>(caseOf(contest, engine, model)));
        }
      }
      // each when it is there: all of them take minutes
      console.log(
        alignedRows(
          head,
          [...ours].map(([engine, found]) =>
            rowOf(contest, engine, found, theirs, { peak: Math.max(0, ...peaks), products: products.get(engine)! }),
          ),
        ),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function caseOf({ work, size }: Contest, engine: EngineName, model: string | undefined): Record<string, unknown> {
  return model ? { kind: "generation", engine, folder: model, seconds } : { kind: "training", engine, objective: work, size, seconds };
}

function rowOf(
  { peer, work, size }: Contest,
  engine: string,
  ours: readonly Reported[],
  theirs: readonly Reported[],
  { peak, products }: { peak: number; products: readonly number[] },
): string[] {
  const of = (found: readonly Reported[], key: Exclude<keyof Reported, "texts">) => median(found.map((each) => each[key] ?? 0));
  const perToken = (found: readonly Reported[], key: "step_milliseconds" | "processor_milliseconds") =>
    of(found, key) / of(found, "tokens_per_step");
  const ratio = (key: "step_milliseconds" | "processor_milliseconds") => (perToken(theirs, key) / perToken(ours, key)).toFixed(2);
  const both = (key: Exclude<keyof Reported, "texts">, show: (value: number) => string) => [show(of(ours, key)), show(of(theirs, key))];
  const milliseconds = (value: number) => value.toFixed(1);
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  const trains = work !== "generation";
  return [
    ...[peer, work, size, engine],
    ...both("step_milliseconds", milliseconds),
    ratio("step_milliseconds"),
    ...both("processor_milliseconds", milliseconds),
    ratio("processor_milliseconds"),
    ...both("peak_memory_bytes", (value) => String(Math.round(value / 1e6))),
    trains ? percent((of(ours, "flops_per_step") * 1000) / of(ours, "step_milliseconds") / peak) : "",
    trains ? percent(median(products) / of(ours, "step_milliseconds")) : "",
    trains ? percent(of(ours, "overhead")) : "",
    trains ? "" : percent(sameTokens(ours[0]!.texts!, theirs[0]!.texts!)),
  ];
}

/** Share of the new tokens that both wrote. */
function sameTokens(ours: readonly number[][], theirs: readonly number[][]): number {
  const fresh = ours.flatMap((text, row) => text.slice(prompt).map((id, i) => id === theirs[row]![prompt + i]));
  return fresh.filter((same) => same).length / fresh.length;
}

/** The decoder of a size with the weights that a training starts from, as `pretrain export` writes it, and prompts for it. */
function exported(folder: string, size: BenchSize): string {
  const { model } = benchJob(size, "causal");
  const to = join(folder, size);
  mkdirSync(folder, { recursive: true });
  const parameters = parametersOf(model);
  exportToTransformers(
    {
      folder: "bench",
      model,
      checkpoint: undefined,
      parameters,
      parts: [],
      predicts: true,
      prompt: "past",
      read: (requested) => Object.fromEntries(requested.map((parameter) => [parameter.name, initialValues(parameter, 1)])),
      tokenizer: () => tokenizerJson({ kind: "characters", lowercase: false, tokens: benchTokens(size), merges: [] }),
    },
    to,
  );
  const prompts = Array.from({ length: texts }, (_, row) => Array.from({ length: prompt }, (_, i) => 10 + ((row * 37 + i * 11) % 90)));
  writeFileSync(join(to, "prompts.json"), JSON.stringify(prompts));
  return to;
}

function runPeer([script, ...given]: string[]): Reported {
  const settings = ["--threads", values.threads, "--seconds", values.seconds];
  return runJson(values.python, [join(root, "bench", "peers", script!), ...given, ...settings]);
}

function runOurs<T>(requested: Record<string, unknown>): T {
  return runJson(process.execPath, [join(root, "runtime", "cli", "main.ts"), "bench", "--case", JSON.stringify({ ...requested, threads })]);
}

function runJson<T>(program: string, given: string[]): T {
  const printed = execFileSync(program, given, { encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(printed.trim()) as T;
}

function pythonHas(...modules: string[]): boolean {
  try {
    execFileSync(values.python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Those that were asked for, or all that load; the reference is too slow to be measured against anything. */
async function enginesHere(): Promise<EngineName[]> {
  const there: EngineName[] = [];
  for (const name of engineNames) {
    if (engineEntry(name).reference || (values.engine && !values.engine.includes(name))) continue;
    try {
      await loadEngine(name, { threads: 1 });
      there.push(name);
    } catch {
      console.error(`${name} is left out: it does not load here`);
    }
  }
  return there;
}
