import type { ComparisonResult } from "./artifacts.ts";
import { groupBy } from "./group.ts";
import { formatFlops } from "./numbers.ts";

/**
 * Sentences about the crossovers of two systems that were compared at several costs. Between two costs at which both have a mean,
 * scores are interpolated linearly over the logarithm of the FLOPs. Cells of a grid are named `mlm, 2M tokens`; the system is the part
 * before the budget.
 */
export function crossings(result: ComparisonResult, task: string, metric: string): string[] {
  const lines = linesOf(result, task, metric);
  return lines.flatMap((one, index) =>
    lines.slice(index + 1).flatMap((other) =>
      one.points.slice(1).flatMap((right, at) => {
        const left = one.points[at]!;
        const [otherLeft, otherRight] = [other.points[at], other.points[at + 1]];
        if (!otherLeft || !otherRight) return [];
        const [before, after] = [left.score - otherLeft.score, right.score - otherRight.score];
        if (before * after >= 0) return [];
        const share = before / (before - after);
        const [start, end] = [Math.log(left.flops) + Math.log(otherLeft.flops), Math.log(right.flops) + Math.log(otherRight.flops)];
        const flops = Math.exp((start + share * (end - start)) / 2);
        return [
          `the means of ${one.name} and ${other.name} on ${task}.${metric} cross at about ${formatFlops(flops)} FLOPs; the verdicts on both sides say whether that is more than noise`,
        ];
      }),
    ),
  );
}

interface Line {
  name: string;
  points: { flops: number; score: number }[];
}

/** Systems with two or more costs, and their points in ascending order of cost. */
function linesOf({ matched, summary }: ComparisonResult, task: string, metric: string): Line[] {
  const points = matched.cells.flatMap(({ cell, flops }) => {
    const row = summary.find((each) => each.cell === cell && each.task === task && each.metric === metric);
    return row ? [{ name: cell.split(", ").slice(0, -1).join(", "), flops, score: row.mean }] : [];
  });
  return [...groupBy(points, ({ name }) => name)]
    .filter(
      ([name, of]) =>
        name !== "" && of.length > 1 && Math.max(...of.map(({ flops }) => flops)) > 1.3 * Math.min(...of.map(({ flops }) => flops)),
    )
    .map(([name, of]) => ({ name, points: of.toSorted((a, b) => a.flops - b.flops) }));
}
