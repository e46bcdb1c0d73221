import { listed } from "#runtime/contract/listed.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { ComparisonSpec, MatchedAmount, Spec } from "#runtime/contract/spec.ts";
import type { Contestant } from "./match.ts";
import { percent, warning } from "./rules/rule.ts";

/** Amounts of cells whose ratio is larger than this are reported as a difference. */
const apart = 1.5;

/**
 * Warnings about large differences of the planned cells other than the compared one, each with a setting that would make the cells equal.
 */
export function differences(name: string, comparison: ComparisonSpec, contestants: readonly Contestant[], spec: Spec): Problem[] {
  const varied = comparison.vary.flatMap(({ key, with: others = [] }) => [key, ...others.map((other) => other.key)]);
  if (contestants.length < 2 || varied.includes("budget")) return [];
  return [
    ...stepLengths(name, comparison, contestants),
    ...amounts(name, comparison, contestants),
    ...(varied.includes("model") ? [] : weights(name, comparison, contestants)),
    ...warmUps(comparison, contestants, spec),
  ];
}

/** Equal numbers of steps are unequal work if the steps differ in length. */
function stepLengths(name: string, { match }: ComparisonSpec, contestants: readonly Contestant[]): Problem[] {
  if (match !== "steps") return [];
  const tokens = contestants.map(({ cost }) => cost.tokensPerStep);
  if (Math.max(...tokens) <= Math.min(...tokens) * 1.01) return [];
  const each = contestants.map(({ cell, cost }) => `${cell.label} ${Math.round(cost.tokensPerStep)}`);
  return [
    matchInstead(
      "steps-differ-in-length",
      name,
      `With equal steps, the cells read different amounts: ${listed(each)} tokens per step. Use match: tokens or match: flops to make them equal.`,
      "tokens",
    ),
  ];
}

function amounts(name: string, { match }: ComparisonSpec, contestants: readonly Contestant[]): Problem[] {
  const total = (of: "tokensPerStep" | "flopsPerStep") => contestants.map(({ cost, steps }) => cost[of] * steps);
  const told = (values: readonly number[]) => {
    const least = Math.min(...values);
    return listed(contestants.map(({ cell }, index) => `${cell.label} ${Number((values[index]! / least).toPrecision(2))}`));
  };
  const [tokens, flops] = [total("tokensPerStep"), total("flopsPerStep")];
  if ((match === "flops" || match === "time") && differ(tokens)) {
    return [
      matchInstead(
        "data-differs",
        name,
        `With equal ${match === "flops" ? "FLOPs" : "time"}, the cells read very different amounts of text (${told(tokens)} times the least), so a difference can come from the data. Use match: tokens to make the amounts equal.`,
        "tokens",
      ),
    ];
  }
  if (match === "tokens" && differ(flops)) {
    return [
      matchInstead(
        "compute-differs",
        name,
        `With equal tokens, the cells spend very different compute (${told(flops)} times the least), so a difference can come from the compute. Use match: flops to make it equal.`,
        "flops",
      ),
    ];
  }
  return [];
}

function weights(name: string, { match }: ComparisonSpec, contestants: readonly Contestant[]): Problem[] {
  const bodies = contestants.map(({ cost }) => cost.parameters - cost.embeddings);
  if (match === "params" || !differ(bodies)) return [];
  const each = contestants.map(({ cell }, index) => `${cell.label} ${bodies[index]!.toLocaleString("en")}`);
  return [
    matchInstead(
      "parameters-differ",
      name,
      `The cells differ in size: ${listed(each)} weights outside the embeddings, so a difference can come from the size. Use match: params to make the sizes equal.`,
      "params",
    ),
  ];
}

/** A warm-up with a fixed number of steps is a different share of the schedule for each number of steps. */
function warmUps({ extends: base }: ComparisonSpec, contestants: readonly Contestant[], spec: Spec): Problem[] {
  const warmup = spec.pretrainings[base]?.optimizer.warmup;
  const counted = contestants.filter(({ cell }) => cell.pretrain.optimizer.warmup.unit === "steps" && !cell.varied.includes("warmup"));
  const steps = counted.map((each) => each.steps);
  if (!warmup || counted.length < 2 || Math.max(...steps) <= Math.min(...steps) * 1.05) return [];
  const share = (count: number) => percent(Number((warmup.value / count).toPrecision(2)));
  return [
    {
      ...warning(
        "schedules-differ",
        ["pretrainings", base, "optimizer", "warmup"],
        `A warm-up of ${warmup.value} steps is ${listed(counted.map(({ cell, steps }) => `${share(steps)} of ${cell.label}`))}: their learning rate schedules differ. Give the warm-up as a share.`,
      ),
      fixes: [share(Math.max(...steps))],
    },
  ];
}

function differ(values: readonly number[]): boolean {
  return Math.max(...values) > Math.min(...values) * apart;
}

function matchInstead(code: string, name: string, message: string, match: MatchedAmount): Problem {
  return { ...warning(code, ["comparisons", name, "match"], message), set: { key: "match", value: match } };
}
