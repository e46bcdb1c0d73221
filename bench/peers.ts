/*
 * Our engines and what people use today, on the same work, in turn: medians over the rounds, and their ratios of tokens a second
 * and of tokens for the same processor time. The second holds on a machine that others use too, the first does not.
 *
 *     node bench/peers.ts [--python PATH] [--rounds 5] [--seconds 5] [--threads 2]
 *
 * Python needs bench/peers/requirements.txt; where it is absent, that is said and nothing is measured.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { BenchCase, Measurement } from "#runtime/bench/measure.ts";
import { median } from "#runtime/bench/median.ts";
import type { BenchObjective, BenchSize } from "#runtime/bench/settings.ts";
import { engineChoices } from "#runtime/cli/engines.ts";
import { alignedRows } from "#runtime/compare/table.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    threads: { type: "string", default: String(threadsFor(1)) },
    engine: { type: "string", multiple: true },
  },
});
const root = join(fileURLToPath(import.meta.url), "..", "..");

/** What both sides report. */
type Reported = Pick<Measurement, "parameters" | "tokens_per_step" | "step_milliseconds" | "processor_milliseconds" | "peak_memory_bytes">;

const contests: { peer: string; script: string[]; objective: BenchObjective; size: BenchSize }[] = [
  ...(["tiny", "small", "medium"] as const).map((size) => ({
    peer: "PyTorch",
    script: ["pytorch.py", size],
    objective: "causal" as const,
    size,
  })),
  ...(["masked", "causal", "span_corruption"] as const).map((objective) => ({
    peer: "Transformers",
    script: ["transformers_step.py", objective, "medium"],
    objective,
    size: "medium" as const,
  })),
];

if (!pythonHas("torch", "transformers")) {
  console.log(
    `skipped: ${values.python} has no PyTorch or no Transformers; ${values.python} -m pip install -r bench/peers/requirements.txt`,
  );
} else {
  const engines = await enginesHere();
  const head = [
    "peer",
    "objective",
    "size",
    "engine",
    "ms/step",
    "peer's",
    "ratio",
    "processor ms",
    "peer's",
    "ratio",
    "memory, MB",
    "peer's",
  ];
  for (const { peer, script, objective, size } of contests) {
    const theirs: Reported[] = [];
    const ours = new Map<EngineName, Reported[]>(engines.map((engine) => [engine, []]));
    for (let round = 1; round <= Number(values.rounds); round++) {
      console.error(`${peer}, ${objective}, ${size}: round ${round} of ${values.rounds}`);
      theirs.push(runPeer(script));
      for (const engine of engines) ours.get(engine)!.push(runOurs({ engine, objective, size }));
    }
    // each when it is there: all of them take minutes
    console.log(
      alignedRows(
        head,
        [...ours].map(([engine, found]) => rowOf(peer, objective, size, engine, found, theirs)),
      ),
    );
  }
}

function rowOf(
  peer: string,
  objective: string,
  size: string,
  engine: string,
  ours: readonly Reported[],
  theirs: readonly Reported[],
): string[] {
  const of = (found: readonly Reported[], key: keyof Reported) => median(found.map((each) => each[key]));
  const perToken = (found: readonly Reported[], key: "step_milliseconds" | "processor_milliseconds") =>
    of(found, key) / of(found, "tokens_per_step");
  const ratio = (key: "step_milliseconds" | "processor_milliseconds") => (perToken(theirs, key) / perToken(ours, key)).toFixed(2);
  const both = (key: keyof Reported, show: (value: number) => string) => [show(of(ours, key)), show(of(theirs, key))];
  const milliseconds = (value: number) => value.toFixed(1);
  return [
    peer,
    objective,
    size,
    engine,
    ...both("step_milliseconds", milliseconds),
    ratio("step_milliseconds"),
    ...both("processor_milliseconds", milliseconds),
    ratio("processor_milliseconds"),
    ...both("peak_memory_bytes", (value) => String(Math.round(value / 1e6))),
  ];
}

function runPeer([script, ...given]: string[]): Reported {
  return runJson(values.python, [
    join(root, "bench", "peers", script!),
    ...given,
    "--threads",
    values.threads,
    "--seconds",
    values.seconds,
  ]);
}

function runOurs(wanted: Pick<BenchCase, "engine" | "objective" | "size">): Reported {
  const bench = { kind: "training", ...wanted, threads: Number(values.threads), seconds: Number(values.seconds) };
  return runJson(process.execPath, [join(root, "runtime", "cli", "main.ts"), "bench", "--case", JSON.stringify(bench)]);
}

function runJson(program: string, given: string[]): Reported {
  return JSON.parse(execFileSync(program, given, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim()) as Reported;
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
  for (const name of engineChoices) {
    if (name === "auto" || name === "cpu" || (values.engine && !values.engine.includes(name))) continue;
    try {
      await loadEngine(name, { threads: 1 });
      there.push(name);
    } catch {
      console.error(`${name} is left out: it does not load here`);
    }
  }
  return there;
}
