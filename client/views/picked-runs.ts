import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { answersTask } from "#runtime/contract/job-kinds.ts";
import { describeMissing } from "#runtime/contract/missing-score.ts";
import type { Job } from "#runtime/contract/plan.ts";
import type { Run } from "../runs/model.ts";
import { mainScores } from "../status/status-numbers.ts";
import type { SettingColumn } from "../webviews/page-messages.ts";

/** Compares runs side by side: their scores, and the settings in which they differ. Single runs do not support a verdict. */
export function comparisonOfRuns(runs: readonly Run[]): { result: ComparisonResult; columns: SettingColumn[] } {
  const labels = labelsOf(runs);
  const scores = runs.flatMap((run, index) =>
    mainScores(run.scores).map((score) => ({
      ...score,
      cell: labels[index]!,
      task: answersTask(run.job) ? run.job.taskName : score.split,
    })),
  );
  const summary = scores.flatMap(({ cell, task, metric, value }) =>
    value === null
      ? []
      : [
          {
            ...{ cell, task, metric, n: 1, mean: value, standard_error: 0, low: null, high: null },
            ...{ baseline: false, without_contaminated: null, below: [] },
          },
        ],
  );
  const missing = scores.flatMap(({ cell, task, metric, value, undefined: reason = "it is not a finite number" }) =>
    value === null ? [{ cell, seed: 0, finetune_seed: 0, task, metric, done: true, reason }] : [],
  );
  const cells = runs.flatMap((run, index) => (run.job.kind === "pretrain" ? [costOf(run, labels[index]!)] : []));
  const result: ComparisonResult = {
    comparison: "",
    matched: { match: "", cells },
    cells: [],
    missing,
    summary,
    verdicts: [],
    expectations: [],
    contamination: [],
    test_first_read: null,
    warnings: describeMissing({ cells: [], missing }),
    method: "One run each: a difference may be noise. Declare a compare with seeds to find out.",
  };
  return { result, columns: differences(runs, labels) };
}

/** Names of the runs, with ids added to equal names. */
function labelsOf(runs: readonly Run[]): string[] {
  return runs.map((run) => (runs.filter(({ name }) => name === run.name).length > 1 ? `${run.name} (${run.id.slice(-6)})` : run.name));
}

function costOf(run: Run, cell: string): ComparisonResult["matched"]["cells"][number] {
  const job = run.job as Extract<Job, { kind: "pretrain" }>;
  const { cost, steps } = job;
  return {
    cell,
    steps,
    tokens: cost.tokensPerStep * steps,
    flops: cost.flopsPerStep * steps,
    parameters: cost.parameters,
    embeddings: cost.embeddings,
    seconds: run.seconds ?? 0,
  };
}

const leftOut = new Set(["id", "name", "after", "fingerprint", "cost", "evaluateEvery", "save", "keep", "files", "labels"]);
const maxColumns = 8;

function differences(runs: readonly Run[], labels: readonly string[]): SettingColumn[] {
  const settings = runs.map(({ job }) => flat(job));
  const paths = [...new Set(settings.flatMap((each) => [...each.keys()]))];
  return paths
    .filter((path) => new Set(settings.map((each) => each.get(path) ?? "–")).size > 1)
    .slice(0, maxColumns)
    .map((path) => ({
      label: path
        .split(".")
        .slice(-2)
        .join(" ")
        .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      values: Object.fromEntries(settings.map((each, index) => [labels[index]!, each.get(path) ?? "–"])),
    }));
}

function flat(job: Job): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, value: unknown) => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) if (!leftOut.has(key)) visit(path === "" ? key : `${path}.${key}`, inner);
    } else found.set(path, String(value));
  };
  visit("", job);
  return found;
}
