import { createLogUpdate } from "log-update";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { print } from "./output.ts";
import { eventLine, liveLines, progressLine } from "./progress-text.ts";
import { advance, beginProgress, countJobs, type RunProgress, running } from "./run-progress.ts";

/** Shows the progress of a run. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Restores the terminal. */
  end(): void;
}

/** The reporter of `--json`: one event per line. */
export function jsonReporter(): Reporter {
  return { onEvent: (event) => print(JSON.stringify(event)), end() {} };
}

/** The messages that were printed in a run, for all of its plans. */
export interface Told {
  /** Warnings that were printed. A warning of many jobs, such as truncated texts of their task, is printed only for the first. */
  warnings: Set<string>;
  /** Ids of jobs whose notes were printed. */
  jobs: Set<string>;
}

export function nothingTold(): Told {
  return { warnings: new Set(), jobs: new Set() };
}

/** The reporter for a pipe: a line when a job starts or ends, and every ten seconds a line for each running job. */
export function plainReporter(plan: Plan, finished: ReadonlySet<string>, told: Told = nothingTold()): Reporter {
  const progress = beginProgress(plan, finished);
  const timer = setInterval(() => {
    for (const job of running(progress)) print(`running  ${progressLine(job, Date.now())}`);
    const submitted = countJobs(progress, "submitted");
    if (submitted > 0) print(`submitted and not yet begun: ${submitted}`);
  }, 10_000);
  return { onEvent: tellLines(progress, told, print), end: () => clearInterval(timer) };
}

/** The reporter for a terminal: a display that is redrawn, with finished jobs above it. */
export function liveReporter(plan: Plan, finished: ReadonlySet<string>, parallel: number, told: Told = nothingTold()): Reporter {
  const progress = beginProgress(plan, finished);
  const display = createLogUpdate(process.stdout);
  const draw = () => display(liveLines(progress, Date.now(), parallel, process.stdout.columns ?? 80));
  const printAbove = (line: string) => {
    display.clear();
    print(line);
    draw();
  };
  const timer = setInterval(draw, 250);
  const tellAbove = tellLines(progress, told, (line, event) => {
    // jobs that have just started are in the display itself
    if (event?.event !== "job-started") printAbove(line);
  });
  return {
    onEvent: tellAbove,
    end() {
      clearInterval(timer);
      display.clear();
      display.done();
    },
  };
}

/** Updates the progress by events and prints the news of each; before the first, the number of jobs that were done before. */
function tellLines(progress: RunProgress, told: Told, tell: (line: string, event?: RunEvent) => void): (event: RunEvent) => void {
  let saidDone = false;
  const isNews = newsOnly(told);
  return (event) => {
    const job = advance(progress, event);
    if (event.event === "job-skipped" && event.reason === "done") return;
    const done = countJobs(progress, "was done");
    if (!saidDone && done > 0) tell(`${done} of ${progress.jobs.size} jobs were done before`);
    saidDone = true;
    const line = job && isNews(event) ? eventLine(event, job) : undefined;
    if (line !== undefined) tell(line, event);
  };
}

function newsOnly({ warnings, jobs }: Told): (event: RunEvent) => boolean {
  return (event) => {
    if (event.event !== "warning") return true;
    if (event.note !== undefined) jobs.add(event.job);
    if (warnings.has(event.message)) return false;
    warnings.add(event.message);
    return true;
  };
}
