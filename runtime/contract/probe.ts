import { withDirection } from "./direction.ts";
import { describeMissing } from "./missing-score.ts";
import { formatScored } from "./numbers.ts";
import { largest } from "./reductions.ts";

/** The result of a probe, from its finished runs: the output of `pretrain results FILE PROBE --json`. */
export interface ProbeResult {
  probe: string;
  /** Test scores of the metrics that the tasks list. */
  layers: LayerScore[];
  /** Test scores of all other metrics. */
  others: LayerScore[];
  /** Missing scores of the metrics that the tasks list, each with the reason as the end of a sentence. */
  missing: (Pick<LayerScore, "of" | "task" | "layer" | "metric"> & { done: boolean; reason: string })[];
}

/** The score of a linear classifier on the hidden states of a layer. */
export interface LayerScore {
  /** Name of the model. */
  of: string;
  task: string;
  /** Number of the layer; 0 is the embeddings. */
  layer: number;
  metric: string;
  value: number | null;
  undefined?: string;
  /** Number of examples. */
  n: number;
}

/** A table with a row for each layer and a column for each model, task and metric, and one warning for each missing score. */
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
