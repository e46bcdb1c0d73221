import { createLogUpdate } from "log-update";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { print } from "./output.ts";
import { advance, beginProgress, count, running } from "./progress.ts";
import { lineOf, liveLines, statusOf } from "./progress-text.ts";

/** Shows a run as it goes. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Leaves the terminal as it should be. */
  end(): void;
}

/** `--json`: one event a line. */
export function jsonReporter(): Reporter {
  return { onEvent: (event) => print(JSON.stringify(event)), end() {} };
}

/** What was said in a run, of whatever of its plans. */
export interface Told {
  /** What many jobs warn of, such as texts of their task that are cut, is told of the first. */
  warnings: Set<string>;
  /** Jobs whose notes were among these. */
  jobs: Set<string>;
}

export function nothingTold(): Told {
  return { warnings: new Set(), jobs: new Set() };
}

/** In a pipe: a line where a job begins or ends, and every ten seconds one for each running job. */
export function plainReporter(plan: Plan, finished: ReadonlySet<string>, told: Told = nothingTold()): Reporter {
  const progress = beginProgress(plan, finished);
  const timer = setInterval(() => {
    for (const job of running(progress)) print(`running  ${statusOf(job, Date.now())}`);
  }, 10_000);
  let saidDone = false;
  const isNews = newsOnly(told);
  return {
    onEvent(event) {
      const job = advance(progress, event);
      if (event.event === "job-skipped" && event.reason === "done") return;
      if (!saidDone) sayDoneBefore(count(progress, "was done"), progress.jobs.size, print);
      saidDone = true;
      const line = job && isNews(event) ? lineOf(event, job) : undefined;
      if (line !== undefined) print(line);
    },
    end: () => clearInterval(timer),
  };
}

/** On a terminal: a display that is drawn anew, with what ended above it. */
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
  let saidDone = false;
  const isNews = newsOnly(told);
  return {
    onEvent(event) {
      const job = advance(progress, event);
      if (event.event === "job-skipped" && event.reason === "done") return;
      if (!saidDone) sayDoneBefore(count(progress, "was done"), progress.jobs.size, printAbove);
      saidDone = true;
      // what has just started shows in the display itself
      const line = job && event.event !== "job-started" && isNews(event) ? lineOf(event, job) : undefined;
      if (line !== undefined) printAbove(line);
    },
    end() {
      clearInterval(timer);
      display.clear();
      display.done();
    },
  };
}

function sayDoneBefore(done: number, all: number, to: (line: string) => void): void {
  if (done > 0) to(`${done} of ${all} jobs were done before`);
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
