import { type Command, InvalidArgumentError, Option } from "commander";
import { compareRuns, runsIn } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/table.ts";
import { formatScore } from "#runtime/contract/numbers.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { type ScheduleResult, schedule } from "#runtime/jobs/schedule.ts";
import { recordSession } from "#runtime/store/sessions.ts";
import { nextSteps } from "./advice.ts";
import { type EngineChoice, engineChoices } from "./engines.ts";
import { exitCodes } from "./exit.ts";
import { jobsOf, type Loaded, requireDeclared } from "./loaded.ts";
import { print, say, shownPath } from "./output.ts";
import { ownCommand } from "./own-command.ts";
import { requirePrecision } from "./precision.ts";
import { jsonReporter, liveReporter, plainReporter, type Reporter } from "./reporter.ts";

interface RunOptions {
  engine: EngineChoice;
  xla?: boolean;
  jobs: number;
  json?: boolean;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .description("do what is missing for a pretrain, finetune or compare; Ctrl-C stops cleanly, again goes on")
    .argument("<file>", "a .pretrain file")
    .argument("<name>", "a pretrain, finetune or compare declared in it")
    .addOption(new Option("--engine <engine>", "what runs the programs").choices(engineChoices).default("auto"))
    .option("--xla", "tensorflow: compile graphs with XLA, the default with a GPU")
    .option("--no-xla", "tensorflow: do not")
    .option("--jobs <n>", "jobs at a time; they share the processors", wholeNumber, 1)
    .option("--json", "one event a line")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pretrain run experiment.pretrain objectives\n  $ pretrain run experiment.pretrain base --engine cpu\n  $ pretrain run experiment.pretrain objectives --json > events.jsonl",
    )
    .action(async (path: string, name: string, options: RunOptions) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      requireDeclared(loaded, name, ["pretrain", "finetune", "compare"]);
      process.exitCode = await run(loaded, name, options);
    });
}

async function run(loaded: Loaded, name: string, options: RunOptions): Promise<number> {
  const stopping = interruptible();
  const forgetSession = recordSession(loaded.store.root, { file: loaded.file, name });
  try {
    let planned = loaded.plan(name);
    requirePrecision(loaded, planned.plan, options.engine);
    const finished = new Set<string>();
    while (planned.first) {
      const result = await runPlan(planned.first, loaded, options, stopping, finished);
      const code = exitCodeFor(result, loaded, name);
      if (code !== exitCodes.done) return code;
      planned = loaded.plan(name);
    }
    const result = await runPlan(planned.plan, loaded, options, stopping, finished);
    if (!options.json) printOutcome(loaded, name, planned.plan);
    return exitCodeFor(result, loaded, name);
  } finally {
    forgetSession();
    stopping.end();
  }
}

/** @param finished ids of the jobs that this run has done so far; those of the plan are added */
async function runPlan(
  plan: Plan,
  loaded: Loaded,
  options: RunOptions,
  stopping: Stopping,
  finished: Set<string>,
): Promise<ScheduleResult> {
  const reporter = reporterFor(plan, options, finished);
  try {
    return await schedule(plan, {
      store: loaded.store,
      command: ownCommand(),
      engine: options.engine,
      threads: threadsFor(options.jobs),
      xla: options.xla,
      parallel: options.jobs,
      signal: stopping.signal,
      killSignal: stopping.killSignal,
      onEvent(event) {
        if (event.event === "job-skipped" && finished.has(event.job)) return;
        if (event.event === "job-done") finished.add(event.job);
        reporter.onEvent(event);
      },
    });
  } finally {
    reporter.end();
  }
}

function reporterFor(plan: Plan, options: RunOptions, finished: ReadonlySet<string>): Reporter {
  if (options.json) return jsonReporter();
  return process.stdout.isTTY ? liveReporter(plan, finished, options.jobs) : plainReporter(plan, finished);
}

interface Stopping {
  signal: AbortSignal;
  killSignal: AbortSignal;
  end(): void;
}

/** The first Ctrl-C or SIGTERM asks the jobs to stop, the second ends them; checkpoints make both safe. */
function interruptible(): Stopping {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) kill.abort();
    else {
      say("stopping after the running step; once more to stop at once");
      stop.abort();
    }
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    end() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

function printOutcome(loaded: Loaded, name: string, plan: Plan): void {
  const { store } = loaded;
  const comparison = jobsOf(plan, "compare").find((job) => job.comparison === name);
  if (comparison) {
    const result = compareRuns(comparison, runsIn(store.runFolder));
    if (result.summary.length === 0) return;
    print(`\n${comparisonTable(result)}`);
    const advice = nextSteps(result, comparison, shownPath(loaded.file));
    if (advice.length > 0) print(`\nTo try next:\n${advice.map((line) => `  ${line}`).join("\n")}`);
    return;
  }
  const last = plan.jobs.at(-1);
  if (last?.kind !== "pretrain" && last?.kind !== "finetune") return;
  const scores = (last.kind === "pretrain" ? store.readResult(last) : store.readResult(last))?.scores ?? [];
  for (const { metric, split, value, n } of scores) print(`${last.name}: ${split} ${metric} ${formatScore(metric, value)} (n = ${n})`);
  if (store.isDone(last.id)) print(`in ${shownPath(store.runFolder(last.id))}`);
}

function exitCodeFor(result: ScheduleResult, loaded: Loaded, name: string): number {
  const states = [...result.states.values()];
  if (states.includes("failed")) {
    say(`failed jobs: ${states.filter((state) => state === "failed").length}; what is done is kept`);
    return result.interrupted ? exitCodes.interrupted : exitCodes.runFailed;
  }
  if (result.interrupted && states.some((state) => state !== "done")) {
    say(`stopped; pretrain run ${shownPath(loaded.file)} ${name} goes on from here`);
    return exitCodes.interrupted;
  }
  return states.some((state) => state !== "done") ? exitCodes.runFailed : exitCodes.done;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("A whole number from 1 is needed.");
  return value;
}
