import { withDirection } from "./direction.ts";
import { describeMissing } from "./missing.ts";
import { formatScored } from "./numbers.ts";
import { largest } from "./reductions.ts";

/** What a probe found, from its runs that are done, as `pretrain results FILE PROBE --json` prints it. */
export interface ProbeResult {
  probe: string;
  /** Scores of the test split by the tasks' own metrics. */
  layers: LayerScore[];
  /** Likewise by all other metrics. */
  others: LayerScore[];
  /** Scores by the tasks' own metrics that there should be and are not, with the reason as the end of a sentence. */
  missing: (Pick<LayerScore, "of" | "task" | "layer" | "metric"> & { done: boolean; reason: string })[];
}

/** What a linear classifier reaches on the hidden states of one layer. */
export interface LayerScore {
  /** Name of the model. */
  of: string;
  task: string;
  /** 0 is the embeddings. */
  layer: number;
  metric: string;
  value: number | null;
  undefined?: string;
  /** Examples. */
  n: number;
}

/** A row for each layer, a column for each model, task and metric; and what is missing, a line each. */
export function probeRows({ layers, missing }: ProbeResult): { head: string[]; rows: string[][]; warnings: string[] } {
  const columnOf = ({ of, task, metric }: LayerScore) => `${of} · ${task} · ${metric}`;
  const columns = [...new Set(layers.map(columnOf))];
  const depth = largest(
    [...layers, ...missing].map(({ layer }) => layer),
    0,
  );
  return {
    head: ["layer", ...columns.map((column) => withDirection(column, column.split(" · ").at(-1)!))],
    rows: Array.from({ length: depth + 1 }, (_, layer) => [
      layer === 0 ? "embeddings" : String(layer),
      ...columns.map((column) => {
        const found = layers.find((each) => each.layer === layer && columnOf(each) === column);
        return found ? formatScored({ ...found }) : "–";
      }),
    ]),
    warnings: describeMissing({
      cells: [],
      missing: missing.map(({ of, layer, ...each }) => ({ ...each, cell: `${of} at layer ${layer}`, seed: 0, finetune_seed: 0 })),
    }),
  };
}
