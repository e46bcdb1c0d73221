import { whyUndone } from "#runtime/compare/missing.ts";
import { alignedRows } from "#runtime/compare/table.ts";
import { probedName, probeName } from "#runtime/compile/plan-probe.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { describeMissing } from "#runtime/contract/missing.ts";
import { formatScored } from "#runtime/contract/numbers.ts";
import { largest } from "#runtime/contract/reductions.ts";
import { asksFor } from "./asked-metrics.ts";
import { jobsOf, type Loaded } from "./loaded.ts";

/** `pretrain results FILE PROBE --json`. */
export interface ProbeResult {
  probe: string;
  /** Scores of the test split by the tasks' own metrics. Layer 0 is the embeddings. */
  layers: LayerScore[];
  /** Likewise by all other metrics. */
  others: LayerScore[];
  /** Scores by the tasks' own metrics that there should be and are not, with the reason as the end of a sentence. */
  missing: (Pick<LayerScore, "of" | "task" | "layer" | "metric"> & { done: boolean; reason: string })[];
}

interface LayerScore {
  of: string;
  task: string;
  layer: number;
  metric: string;
  value: number | null;
  undefined?: string;
  n: number;
}

/** From the runs that are done. */
export function probeResult(loaded: Loaded, name: string): ProbeResult {
  const probe = loaded.spec.probes[name]!;
  const jobs = new Map(jobsOf(loaded.plan(name).plan, "finetune").map((job) => [job.name, job]));
  const all: LayerScore[] = [];
  const missing: ProbeResult["missing"] = [];
  for (const of of probe.of) {
    for (const task of probe.tasks) {
      for (let layer = 0; ; layer++) {
        const job = jobs.get(probeName(name, of, task, layer));
        if (!job) break;
        const result = loaded.store.readResult(job);
        const at = { of: probedName(of), task, layer };
        const scores = result?.scores.filter(({ split }) => split === "test") ?? [];
        for (const { split: _, standard_error: __, ...score } of scores) all.push({ ...at, ...score });
        for (const metric of loaded.spec.tasks[task]!.metrics) {
          const found = scores.find((score) => score.metric === metric);
          if (typeof found?.value === "number") continue;
          const why = result ? (found?.undefined ?? "its run gives no such score") : whyUndone(loaded.store, [job.id]);
          missing.push({ ...at, metric, done: result !== undefined, reason: why });
        }
      }
    }
  }
  const isOwn = ({ task, metric }: LayerScore) => asksFor(loaded.spec, task, metric);
  return { probe: name, layers: all.filter(isOwn), others: all.filter((score) => !isOwn(score)), missing };
}

/** A row for each layer, a column for each model, task and metric. */
export function probeTable({ probe, layers, missing }: ProbeResult): string {
  const columnOf = ({ of, task, metric }: LayerScore) => `${of} · ${task} · ${metric}`;
  const columns = [...new Set(layers.map(columnOf))];
  const heads = columns.map((column) => withDirection(column, column.split(" · ").at(-1)!));
  const depth = largest(
    [...layers, ...missing].map(({ layer }) => layer),
    0,
  );
  const rows = Array.from({ length: depth + 1 }, (_, layer) => [
    layer === 0 ? "embeddings" : String(layer),
    ...columns.map((column) => {
      const found = layers.find((each) => each.layer === layer && columnOf(each) === column);
      return found ? formatScored({ ...found }) : "–";
    }),
  ]);
  const lacking = describeMissing({
    cells: [],
    missing: missing.map(({ of, layer, ...each }) => ({ ...each, cell: `${of} at layer ${layer}`, seed: 0, finetune_seed: 0 })),
  });
  const table = `${probe}: what a linear classifier finds in each layer\n\n${alignedRows(["layer", ...heads], rows)}`;
  return lacking.length === 0 ? table : `${table}\n\nWarnings:\n${lacking.map((line) => `  ${line}`).join("\n")}`;
}
