import { type Command, Option } from "commander";
import { compareRuns, runsIn } from "#runtime/compare/compare.ts";
import { type EngineChoice, engineNames } from "#runtime/contract/catalogue/engines.ts";
import type { EngineOptions } from "#runtime/contract/engine-options.ts";
import { expectationText } from "#runtime/contract/expectation-text.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { recordHypotheses } from "#runtime/runs/hypotheses.ts";
import { recordSession } from "#runtime/runs/sessions.ts";
import { sweep } from "#runtime/runs/sweep.ts";
import { hasCode } from "#runtime/runs/whole-files.ts";
import { arrange } from "#runtime/scheduling/arrange.ts";
import { localProcesses } from "#runtime/scheduling/local-processes.ts";
import { neededJobs } from "#runtime/scheduling/needed.ts";
import { type ScheduleResult, schedule } from "#runtime/scheduling/schedule.ts";
import { downloadMissing } from "./download.ts";
import { addEngineOptions, givenEngine } from "./engine-choice.ts";
import { exitCodes, fail, UsageError } from "./exit.ts";
import { comparisonIn, type Loaded, type Planned, requireDeclared } from "./loaded.ts";
import { atLeast } from "./number-option.ts";
import { printOutcome } from "./outcome.ts";
import { fileArgument, say } from "./output.ts";
import { ownCommand } from "./own-command.ts";
import { jsonReporter, liveReporter, nothingTold, plainReporter, type Reporter, type Told } from "./reporter.ts";
import { requirePlannedPrecision } from "./require-precision.ts";
import { addInterimAnalysis, beginInterimAnalyses, isSettled, seedCount } from "./until-settled.ts";

interface RunOptions {
  engine: EngineChoice;
  engineOptions?: EngineOptions | undefined;
  jobs: number | "auto";
  json?: boolean;
  until?: "settled";
  maxSeeds?: number;
  strict?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("run the unfinished jobs of a pretrain, finetune or compare; Ctrl-C stops cleanly, and running again resumes")
    .argument("<file>", "a .pretrain file")
    .argument("<name>", "a pretrain, finetune or compare declared in it");
  addEngineOptions(command)
    .option(
      "--jobs <n>",
      "number of jobs at a time, which share the processors; auto measures which number is fastest",
      jobsAtATime,
      "auto",
    )
    .addOption(
      new Option(
        "--until <state>",
        "for a compare: add seeds one by one until every pair has a verdict, with a correction for the interim analyses",
      ).choices(["settled"]),
    )
    .option("--max-seeds <n>", "with --until: maximum number of seeds; default: twice those of the text, or 10", atLeast(1, true))
    .option("--strict", "exit with code 4 unless every expectation of the compare is confirmed")
    .option("--json", "one event per line")
    .addHelpText(
      "after",
      `\nExamples:\n  $ pretrain run experiment.pretrain objectives\n  $ pretrain run experiment.pretrain objectives --until settled --max-seeds 12\n  $ pretrain run experiment.pretrain base --engine ${engineNames.at(-1)}\n  $ pretrain run experiment.pretrain objectives --json > events.jsonl`,
    )
    .action(async (path: string, name: string, given: RunOptions) => {
      const options = { ...given, ...givenEngine(given) };
      const { load } = await import("./load.ts");
      const loaded = await load(path, { warnings: "said" });
      await downloadMissing(loaded.spec);
      const ofCompare = options.until !== undefined || options.maxSeeds !== undefined || options.strict === true;
      requireDeclared(loaded, name, ofCompare ? ["compare"] : ["pretrain", "finetune", "probe", "compare"]);
      if (options.maxSeeds !== undefined && !options.until) throw new UsageError("--max-seeds requires --until settled");
      process.exitCode = await run(loaded, name, options);
    });
}

async function run(loaded: Loaded, name: string, options: RunOptions): Promise<number> {
  const stopping = interruptible();
  // first, since it reports what prevents a store
  const forgetSession = recordSession(loaded.store.root, { file: loaded.file, name });
  sweepIfWritable(loaded.store.root);
  try {
    let planned = loaded.plan(name);
    requirePlannedPrecision(loaded, planned.plan, options.engine);
    const did: Did = { finished: new Set(), failures: [], told: nothingTold() };
    while (planned.first) {
      const result = await runPlan(planned.first, loaded, options, stopping, did);
      const code = exitCodeFor(result, did, loaded, name);
      if (code !== exitCodes.done) return code;
      planned = loaded.plan(name);
    }
    if (options.until) planned = untilSettled(loaded, name, planned, options.maxSeeds);
    while (true) {
      expectBeforeTesting(loaded, planned.plan);
      const result = await runPlan(planned.plan, loaded, options, stopping, did);
      const code = exitCodeFor(result, did, loaded, name);
      const more = code === exitCodes.done && options.until ? oneMoreSeed(loaded, name, planned) : undefined;
      if (more) {
        planned = more;
        continue;
      }
      if (!options.json) printOutcome(loaded, name, planned.plan, did.told);
      return code === exitCodes.done && options.strict ? strictly(loaded, name, planned.plan) : code;
    }
  } finally {
    forgetSession();
    stopping.end();
  }
}

/** Cleans up the store. Ignored if nothing can be written, since results can still be read. */
function sweepIfWritable(root: string): void {
  try {
    sweep(root);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].some((code) => hasCode(error, code))) throw error;
  }
}

/** Records the expectations before any job reads a test split. */
function expectBeforeTesting(loaded: Loaded, plan: Plan): void {
  const expected = jobsOf(plan, "compare").flatMap(({ comparison, fingerprint, expect }) =>
    expect.map((each) => ({ comparison, fingerprint, text: expectationText(each) })),
  );
  recordHypotheses(loaded.store.root, expected);
}

function untilSettled(loaded: Loaded, name: string, planned: Planned, maxSeeds: number | undefined): Planned {
  const declared = comparisonIn(planned.declared, name);
  beginInterimAnalyses(loaded.store.root, declared, maxSeeds ?? Math.max(10, 2 * seedCount(declared)));
  return loaded.plan(name);
}

/** The plan with one more seed; undefined if the comparison is settled or no more seeds may be added. */
function oneMoreSeed(loaded: Loaded, name: string, planned: Planned): Planned | undefined {
  const job = comparisonIn(planned.plan, name);
  if (isSettled(compareRuns(job, runsIn(loaded.store)))) return undefined;
  if (!addInterimAnalysis(loaded.store.root, comparisonIn(planned.declared, name))) return undefined;
  say(`not settled with ${seedCount(job)} seeds; adding one of at most ${job.interimAnalyses?.max}`);
  return loaded.plan(name);
}

function strictly(loaded: Loaded, name: string, plan: Plan): number {
  const { expectations } = compareRuns(comparisonIn(plan, name), runsIn(loaded.store));
  const open = expectations.filter(({ answer }) => answer !== "confirmed");
  for (const { text, answer, reason } of open) say(`${text}: ${answer} (${reason})`);
  return open.length > 0 ? exitCodes.unexpected : exitCodes.done;
}

/** The outcome of a run so far. */
interface Did {
  /** Ids of the jobs that are done. */
  finished: Set<string>;
  /** The reasons why jobs failed, in order of time. */
  failures: string[];
  told: Told;
}

/** @param did the outcome so far, which is updated */
async function runPlan(
  plan: Plan,
  loaded: Loaded,
  options: RunOptions,
  stopping: Stopping,
  { finished, failures, told }: Did,
): Promise<ScheduleResult> {
  const { store } = loaded;
  const runner = localProcesses(store, ownCommand());
  const { engine, engineOptions, jobs } = options;
  const arrangement =
    jobs === "auto"
      ? await arrange(neededJobs(plan, store).needed, { store, runner, engine, engineOptions, signal: stopping.signal, say })
      : { parallel: jobs, threadsOf: () => threadsFor(jobs) };
  const reporter = reporterFor(plan, options, arrangement.parallel, finished, told);
  try {
    return await schedule(plan, {
      store,
      runner,
      engine,
      engineOptions,
      ...arrangement,
      signal: stopping.signal,
      killSignal: stopping.killSignal,
      onEvent(event) {
        if (event.event === "job-skipped" && finished.has(event.job)) return;
        if (event.event === "job-done") finished.add(event.job);
        if (event.event === "job-failed") failures.push(`${plan.jobs.find(({ id }) => id === event.job)?.name}: ${event.message}`);
        reporter.onEvent(event);
      },
    });
  } finally {
    reporter.end();
  }
}

function reporterFor(plan: Plan, options: RunOptions, parallel: number, finished: ReadonlySet<string>, told: Told): Reporter {
  if (options.json) return jsonReporter();
  return process.stdout.isTTY ? liveReporter(plan, finished, parallel, told) : plainReporter(plan, finished, told);
}

interface Stopping {
  signal: AbortSignal;
  killSignal: AbortSignal;
  end(): void;
}

/** The first Ctrl-C or SIGTERM asks the jobs to stop, the second kills them; checkpoints make both safe. */
function interruptible(): Stopping {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) kill.abort();
    else {
      say(`${signal === "SIGTERM" ? "asked to end (SIGTERM), " : ""}stopping after the current step; repeat to stop at once`);
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

function exitCodeFor(result: ScheduleResult, { failures }: Did, loaded: Loaded, name: string): number {
  const states = [...result.states.values()];
  if (states.includes("failed")) {
    const exit_code = result.interrupted ? exitCodes.interrupted : exitCodes.runFailed;
    const [message = "a job failed"] = failures;
    return fail({ exit_code, message }, `failed jobs: ${states.filter((state) => state === "failed").length}; finished jobs are kept`);
  }
  if (result.interrupted && states.some((state) => state !== "done")) {
    say(`stopped; pretrain run ${fileArgument(loaded.file)} ${name} resumes from here`);
    return exitCodes.interrupted;
  }
  if (states.every((state) => state === "done")) return exitCodes.done;
  return fail({ exit_code: exitCodes.runFailed, message: "not all jobs were done" }, "");
}

function jobsAtATime(text: string): number | "auto" {
  return text === "auto" ? text : atLeast(1, true)(text);
}
