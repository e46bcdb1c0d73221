import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { formatCount, formatFlops, formatSeconds } from "#runtime/contract/numbers.ts";

/**
 * Amounts of one pre-training of each cell as a table of texts, a cell to a row; with a search's learning rate where one was searched.
 * `embeddings`: the name of the column that counts how many of the parameters are embeddings.
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
