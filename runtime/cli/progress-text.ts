import { describeLearned, describeUnlearned, nameOfLoss, saysWhat } from "#runtime/contract/describe-learning.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import { formatCount, formatSeconds } from "#runtime/contract/numbers.ts";
import { visibleLine } from "#runtime/contract/visible.ts";
import {
  countJobs,
  type JobProgress,
  jobTimeLeft,
  notLearned,
  type RunProgress,
  running,
  shareDone,
  timeLeft,
  trainingPhase,
} from "./run-progress.ts";

/** The live display of a terminal: a line for the whole run, and one for each running job. */
export function liveLines(progress: RunProgress, now: number, parallel: number, width: number): string {
  const all = progress.jobs.size;
  const done = countJobs(progress, "done", "was done");
  const failed = countJobs(progress, "failed", "skipped");
  const submitted = countJobs(progress, "submitted");
  const left = timeLeft(progress, now, parallel);
  const summary = [
    `${done} of ${all} jobs done`,
    ...(failed > 0 ? [`${failed} failed or skipped`] : []),
    ...(submitted > 0 ? [`${submitted} submitted`] : []),
    ...(left === undefined ? [] : [`about ${formatSeconds(left)} left`]),
  ].join(" · ");
  return [summary, ...running(progress).map((job) => `  ${bar(shareDone(job))} ${progressLine(job, now)}`)]
    .map((line) => cut(visibleLine(line), width))
    .join("\n");
}

/** The status of a job: `pretrain objectives: mlm, seed 1 · step 840 of 2,000 · loss 3.214 · 12.3k tokens/s · 40 s left`. */
export function progressLine(job: JobProgress, now: number): string {
  const left = jobTimeLeft(job, now);
  return [
    job.job.name,
    ...(job.phase !== undefined && job.phase !== trainingPhase ? [job.phase] : []),
    ...(job.step === undefined ? percent(job) : [`step ${grouped(job.step)}${job.total === undefined ? "" : ` of ${grouped(job.total)}`}`]),
    ...(job.loss === undefined ? [] : [`loss ${job.loss.toFixed(3)}`]),
    ...learnedSoFar(job),
    ...(job.tokensPerSecond === undefined ? [] : [`${formatCount(job.tokensPerSecond)} tokens/s`]),
    ...(left === undefined ? [] : [`${formatSeconds(left)} left`]),
  ].join(" · ");
}

/** The line for an event in a pipe or above the live display; undefined for most events. */
export function eventLine(event: RunEvent, job: JobProgress): string | undefined {
  const name = job.job.name;
  switch (event.event) {
    case "job-started":
      return `started  ${name}${event.resumedAt === undefined ? "" : ` again from step ${grouped(event.resumedAt)}`}`;
    case "job-done":
      return [`done     ${name} (${formatSeconds(event.seconds)})`, ...learnedSoFar(job)].join(" · ");
    case "learning":
      return unlearnedLine(job);
    case "job-failed":
      return `failed   ${name}: ${event.message}`;
    case "job-stopped":
      return `stopped  ${name}${event.step === undefined ? "" : ` at step ${grouped(event.step)}`}`;
    case "job-skipped":
      if (event.reason === "done") return undefined;
      return event.reason === "input-failed"
        ? `skipped  ${name}: one of its inputs failed`
        : `waiting  ${name}: another process is running it`;
    case "warning":
      return `warning  ${name}: ${event.message}`;
    default:
      return undefined;
  }
}

/** `learned 23%`, and what was not learned. */
function learnedSoFar(job: JobProgress): string[] {
  const last = job.learning?.at(-1);
  if (!last) return [];
  const learned = describeLearned(last);
  return [...(learned === "" ? [] : [learned]), ...notLearned(job).map(saysWhat)];
}

/** A warning of each part that is found not to learn, once. */
function unlearnedLine(job: JobProgress): string | undefined {
  const before = new Set(notLearned(job, true).map(nameOfLoss));
  const lines = notLearned(job)
    .filter((each) => !before.has(nameOfLoss(each)))
    .map((each) => `warning  ${job.job.name}: ${describeUnlearned(each)}`);
  return lines.length === 0 ? undefined : lines.join("\n");
}

function percent(job: JobProgress): string[] {
  const share = shareDone(job);
  return share === undefined ? [] : [`${Math.floor(share * 100)}%`];
}

function bar(share: number | undefined): string {
  const cells = 12;
  const full = Math.round((share ?? 0) * cells);
  return "█".repeat(full) + "░".repeat(cells - full);
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
