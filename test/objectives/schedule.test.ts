import { describe, expect, test } from "vitest";
import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { partCounts, partSchedule, phasesOf } from "#runtime/objectives/part-schedule.ts";
import { causal, masked, prefix, spanCorruption } from "./helpers.ts";

const part = (weight: number, name: string, objective: ResolvedObjective) => ({ weight, name, objective });
const ul2: ResolvedObjective = {
  kind: "mixture",
  parts: [part(0.5, "t5", spanCorruption), part(0.25, "clm", causal), part(0.25, "plm", prefix)],
};

const names = (objective: ResolvedObjective, steps: number) => {
  const schedule = partSchedule(objective, steps);
  return Array.from({ length: steps }, (_, step) => schedule.parts[schedule.partOf(step).part]?.name).join(" ");
};

test("a plain objective is one part", () => {
  const schedule = partSchedule(masked, 3);
  expect(schedule.parts).toEqual([{ name: "masked", objective: masked }]);
  expect([0, 1, 2].map(schedule.partOf)).toEqual([0, 1, 2].map((index) => ({ part: 0, index })));
});

test("a mixture spreads its parts", () => {
  expect(names(ul2, 8)).toBe("t5 clm plm t5 t5 clm plm t5");
});

test("a sequence gives consecutive steps, by the largest remainder", () => {
  expect(names({ kind: "sequence", parts: [part(0.8, "a", causal), part(0.2, "b", masked)] }, 6)).toBe("a a a a a b");
});

test("parts may hold others", () => {
  const nested: ResolvedObjective = { kind: "sequence", parts: [part(0.5, "warm", causal), part(0.5, "ul2", ul2)] };
  expect(names(nested, 8)).toBe("warm warm warm warm ul2/t5 ul2/clm ul2/plm ul2/t5");
});

describe("over any number of steps", () => {
  const uneven: ResolvedObjective = {
    kind: "mixture",
    parts: [0.37, 0.31, 0.17, 0.08, 0.07].map((weight, i) => part(weight, `part ${i}`, causal)),
  };

  test.each([1, 2, 10, 99, 1000, 10_007])("%i: counts are the shares, rounded; indices count up", (steps) => {
    const schedule = partSchedule(uneven, steps);
    const seen = schedule.parts.map(() => 0);
    for (let step = 0; step < steps; step++) {
      const at = schedule.partOf(step);
      expect(at.index).toBe(seen[at.part]);
      seen[at.part] = (seen[at.part] as number) + 1;
    }
    expect(seen).toEqual(schedule.counts);
    expect(partCounts(uneven, steps)).toEqual(seen);
    const nested: ResolvedObjective = { kind: "sequence", parts: [part(0.6, "u", uneven), part(0.1, "c", causal), part(0.3, "ul2", ul2)] };
    expect(partCounts(nested, steps)).toEqual(partSchedule(nested, steps).counts);
    for (const [i, { weight }] of uneven.parts.entries()) expect(Math.abs((seen[i] as number) - weight * steps)).toBeLessThan(1);
  });

  test("at no step is a part more than two steps short of its share", () => {
    const schedule = partSchedule(uneven, 5000);
    const seen = schedule.parts.map(() => 0);
    for (let step = 0; step < 5000; step++) {
      const { part: index } = schedule.partOf(step);
      seen[index] = (seen[index] as number) + 1;
      for (const [i, { weight }] of uneven.parts.entries()) expect(Math.abs((seen[i] as number) - weight * (step + 1))).toBeLessThan(2);
    }
  });
});

test("a sequence that resets its optimiser has a phase for each part with steps, and nothing else has", () => {
  const sequence = (resetOptimizer: boolean): ResolvedObjective => ({
    kind: "sequence",
    parts: [part(0.7, "a", causal), part(0.001, "b", masked), part(0.299, "c", ul2)],
    ...(resetOptimizer ? { resetOptimizer } : {}),
  });
  expect(phasesOf(sequence(true), 10)).toEqual([
    { start: 0, steps: 7 },
    { start: 7, steps: 3 },
  ]);
  for (const objective of [sequence(false), ul2, causal]) expect(phasesOf(objective, 10)).toEqual([{ start: 0, steps: 10 }]);
});
