import type { Runs } from "#runtime/compare/arms.ts";
import type { EncodeResult, Score } from "#runtime/contract/artifacts.ts";
import type { CompareJob, PretrainJob, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Architecture } from "#runtime/contract/spec.ts";
import type { Items } from "#runtime/scoring/items.ts";

export interface ExampleCell {
  cell: string;
  /** Test accuracy by pre-training seed, then by fine-tuning seed; null where the run failed. */
  accuracy: (number | null)[][];
  objective?: ResolvedObjective;
  /** Cells of one architecture share their initial weights; absent: decoder. */
  architecture?: Architecture;
}

/** A comparison on one task, `sentiment.accuracy`, with its runs' results. */
export function example(
  cells: ExampleCell[],
  options: { scratch?: ExampleCell; majority?: number; expect?: CompareJob["expect"]; items?: ReadonlyMap<string, Items> } = {},
): { job: CompareJob; runs: Runs } {
  const results = new Map<string, Score[]>();
  const jobs = new Map<string, PretrainJob>();
  const runsOf = ({ cell, accuracy, architecture, objective }: ExampleCell) =>
    accuracy.map((values, seedIndex) => {
      const seed = seedIndex + 1;
      const pretrain = `pretrain-${cell}-${seed}`;
      jobs.set(pretrain, {
        kind: "pretrain",
        model: { architecture: architecture ?? "decoder" },
        objective: objective ?? { kind: "causal" },
        tokenizer: "tokenizer-1",
      } as PretrainJob);
      const finetunes = values.map((value, index) => {
        const job = `${pretrain}-${index + 1}`;
        if (value !== null) results.set(job, [score("accuracy", 0.123, "validation"), score("accuracy", value, "test")]);
        return { task: "sentiment", seed: index + 1, job };
      });
      return { seed, pretrain, finetunes };
    });
  const planned = cells.map((cell) => ({ cell: cell.cell, runs: runsOf(cell), matched }));
  const scratchRuns = options.scratch ? runsOf(options.scratch) : [];
  const baselines: CompareJob["baselines"] = cells.flatMap(({ cell }) =>
    scratchRuns.flatMap(({ seed, finetunes }) =>
      finetunes.map(({ task, seed: finetuneSeed, job }) => ({ baseline: "scratch" as const, cell, task, seed, finetuneSeed, job })),
    ),
  );
  if (options.majority !== undefined) {
    results.set("majority-1", [score("accuracy", options.majority, "test")]);
    baselines.push({ baseline: "majority", cell: "majority", task: "sentiment", seed: 0, finetuneSeed: 0, job: "majority-1" });
  }
  return {
    job: {
      id: "compare-1",
      kind: "compare",
      name: "objectives",
      after: [],
      fingerprint: "1",
      comparison: "objectives",
      question: "Which objective?",
      match: "flops",
      cells: planned,
      tasks: [{ task: "sentiment", metrics: ["accuracy"] }],
      contamination: [],
      baselines,
      expect: options.expect ?? [],
    },
    runs: {
      result: (id) => (results.has(id) ? { label: "", scores: results.get(id)! } : undefined),
      undone: () => "its run failed: out of memory",
      job: (id) => jobs.get(id),
      encoded: () => undefined,
      items: (id) => options.items?.get(id),
      contamination: () => undefined,
      onTasks: () => [],
      notes: () => [],
      hypotheses: () => [],
    },
  };
}

export type RoundTrip = NonNullable<EncodeResult["roundTrip"]>;

/** The result of a tokenizer that restores every text. */
const faithful: RoundTrip = { documents: 10, same: 10, unknown: 0, lost: [] };

/** A comparison without fine-tuning: cells' own scores on the corpus. `roundTrip`: of the cell's tokenizer; null: its encoded corpus is gone. */
export function languageModelExample(
  metric: string,
  cells: { cell: string; values: number[]; objective: ResolvedObjective; tokenizer?: string; roundTrip?: RoundTrip | null }[],
): { job: CompareJob; runs: Runs } {
  const { job, runs } = example(cells.map(({ cell, objective, values }) => ({ cell, objective, accuracy: values.map(() => []) })));
  return {
    job: { ...job, tasks: [{ task: "speeches", metrics: [metric] }] },
    runs: {
      ...runs,
      result(id) {
        const found = cells.find(({ cell }) => id.startsWith(`pretrain-${cell}-`));
        const value = found?.values[Number(id.split("-").at(-1)) - 1];
        return value === undefined ? undefined : { label: "", scores: [score(metric, value, "validation")] };
      },
      job(id) {
        const planned = runs.job(id);
        const found = cells.find(({ cell }) => id.startsWith(`pretrain-${cell}-`));
        return planned && ({ ...planned, tokenizer: found?.tokenizer ?? "tokenizer-1", encoded: `encode-${found?.cell}` } as PretrainJob);
      },
      encoded(id) {
        const roundTrip = cells.find(({ cell }) => id === `encode-${cell}`)?.roundTrip;
        const split = { tokens: 0, bytes: 0, documents: 0, shards: [] };
        const splits = { train: split, validation: split, test: split };
        return roundTrip === null
          ? undefined
          : { kind: "tokens" as const, vocabulary: 300, width: 2 as const, splits, roundTrip: roundTrip ?? faithful };
      },
    },
  };
}

const matched = { tokens: 2_000_000, flops: 1.2e13, steps: 1000, parameters: 3_300_000, embeddings: 1_200_000 };

function score(metric: string, value: number, split: Score["split"]): Score {
  return { metric, value, split, n: 100 };
}
