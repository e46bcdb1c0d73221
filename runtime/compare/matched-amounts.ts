import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { formatCount, formatFlops, formatSeconds } from "#runtime/contract/numbers.ts";

/**
 * A table of the amounts of one pre-training per cell (tokens, steps, FLOPs, parameters), with one row per cell. If learning rates were
 * searched, the table includes the chosen one. `embeddings`: name of the column with the number of embedding parameters.
 */
export function matchedAmounts({ cells }: ComparisonResult["matched"], embeddings: string): { head: string[]; rows: string[][] } {
  const searched = cells.some(({ search_flops }) => search_flops !== undefined);
  const searchHead = searched ? ["learning rate", "FLOPs of the search"] : [];
  return {
    head: ["", "tokens", "steps", "FLOPs", "parameters", embeddings, "time", ...searchHead],
    rows: cells.map((cell) => [
      cell.cell,
      formatCount(cell.tokens),
      cell.steps.toLocaleString("en-US"),
      formatFlops(cell.flops),
      formatCount(cell.parameters),
      formatCount(cell.embeddings),
      cell.seconds === 0 ? "–" : formatSeconds(cell.seconds),
      ...(searched ? [`${cell.learning_rate ?? "–"}`, formatFlops(cell.search_flops ?? 0)] : []),
    ]),
  };
}
