import { alignedRows } from "#runtime/compare/table.ts";
import { probedName, probeName } from "#runtime/compile/plan-probe.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { formatScored } from "#runtime/contract/numbers.ts";
import { asksFor } from "./asked-metrics.ts";
import { jobsOf, type Loaded } from "./loaded.ts";

/** `pretrain results FILE PROBE --json`. */
export interface ProbeResult {
  probe: string;
  /** Scores of the test split by the tasks' own metrics. Layer 0 is the embeddings. */
  layers: LayerScore[];
  /** Likewise by all other metrics. */
  others: LayerScore[];
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
  for (const of of probe.of) {
    for (const task of probe.tasks) {
      for (let layer = 0; ; layer++) {
        const job = jobs.get(probeName(name, of, task, layer));
        if (!job) break;
        const scores = loaded.store.readResult(job)?.scores.filter(({ split }) => split === "test") ?? [];
        for (const { split: _, standard_error: __, ...score } of scores) all.push({ of: probedName(of), task, layer, ...score });
      }
    }
  }
  const isOwn = ({ task, metric }: LayerScore) => asksFor(loaded.spec, task, metric);
  return { probe: name, layers: all.filter(isOwn), others: all.filter((score) => !isOwn(score)) };
}

/** A row for each layer, a column for each model, task and metric. */
export function probeTable({ probe, layers }: ProbeResult): string {
  const columnOf = ({ of, task, metric }: LayerScore) => `${of} · ${task} · ${metric}`;
  const columns = [...new Set(layers.map(columnOf))];
  const heads = columns.map((column) => withDirection(column, column.split(" · ").at(-1)!));
  const depth = Math.max(...layers.map(({ layer }) => layer));
  const rows = Array.from({ length: depth + 1 }, (_, layer) => [
    layer === 0 ? "embeddings" : String(layer),
    ...columns.map((column) => {
      const found = layers.find((each) => each.layer === layer && columnOf(each) === column);
      return found ? formatScored({ ...found }) : "";
    }),
  ]);
  return `${probe}: what a linear classifier finds in each layer\n\n${alignedRows(["layer", ...heads], rows)}`;
}
