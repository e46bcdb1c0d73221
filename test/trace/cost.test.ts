import { expect, test } from "vitest";
import { sizeOf } from "#runtime/contract/shape.ts";
import { pretrainCost, pretrainGraph } from "#runtime/programs/training-cost.ts";
import { trainingProgram } from "#runtime/programs/training-program.ts";
import { flopsOf, peakMemoryOf } from "#runtime/trace/graph-cost.ts";
import { trace } from "#runtime/trace/trace.ts";
import { objectives, optimizer, otherOptimizers, settingsOf, smallModel, textPart } from "../programs/small.ts";

const size = { accumulate: 1, optimizer };

test("a decoder's FLOPs are those counted by hand, forward and twice that backward", () => {
  const model = smallModel({ biases: false });
  const { layers: L, hidden: D, heads: H, feedForward: F, context: T, targets } = model;
  const V = targets.classes;
  const B = 3;
  const projections = 2 * B * T * (D * 3 * D + D * D + D * F + F * D);
  const attention = 2 * 2 * B * H * T * T * (D / H);
  const forward = L * (projections + attention) + 2 * B * T * D * V;
  expect(pretrainCost({ ...size, model, objective: objectives.causal, batch: B }, 10).flopsPerStep).toBe(3 * forward);
});

test("only target positions reach the vocabulary and the layers after the last attention", () => {
  const model = smallModel({ architecture: "encoder", biases: false });
  const { layers: L, hidden: D, heads: H, feedForward: F, context: T, targets } = model;
  const V = targets.classes;
  const B = 4;
  const stack = L * (2 * B * T * (4 * D * D + 2 * D * F) + 4 * B * H * T * T * (D / H));
  const predicted = Math.round(0.15 * T);
  const left = 2 * B * (T - predicted) * (D * D + 2 * D * F);
  expect(pretrainCost({ ...size, model, objective: objectives.masked, batch: B }, 10).flopsPerStep).toBe(
    3 * (stack - left + 2 * B * predicted * D * V),
  );
});

test("parameters are counted, embeddings apart", () => {
  const model = smallModel({ biases: false });
  const { layers: L, hidden: D, feedForward: F, context: T, targets } = model;
  const V = targets.classes;
  const cost = pretrainCost({ ...size, model, objective: objectives.causal, batch: 2 }, 10);
  expect(cost.embeddings).toBe(V * D + T * D);
  expect(cost.parameters).toBe(cost.embeddings + L * (4 * D * D + 2 * D * F + 2 * D) + D);
  expect(cost.tokensPerStep).toBe(2 * T);
});

test("accumulation costs the same FLOPs and less memory", () => {
  const model = smallModel();
  const [whole, parts] = [
    pretrainCost({ ...size, model, objective: objectives.causal, batch: 64 }, 10),
    pretrainCost({ ...size, model, objective: objectives.causal, batch: 64, accumulate: 8 }, 10),
  ];
  expect(parts.flopsPerStep).toBe(whole.flopsPerStep);
  expect(parts.memoryBytes).toBeLessThan(whole.memoryBytes);
});

test.each([
  ["a decoder", {}, "causal", 16],
  ["of one text a step", {}, "causal", 1],
  ["an encoder whose layers are computed again", { architecture: "encoder", recompute: true }, "masked", 8],
  ["an encoder-decoder", { architecture: "encoder-decoder" }, "span_corruption", 4],
] as const)("a deep model costs what its whole trace says: %s", (_, over, kind, batch) => {
  const model = smallModel({ layers: 21, ...over });
  const objective = objectives[kind];
  const whole = pretrainGraph({ ...size, model, objective, batch });
  const { recompute: _again, ...once } = model;
  const cost = pretrainCost({ ...size, model, objective, batch }, 1);
  expect(cost.flopsPerStep).toBe(flopsOf(pretrainGraph({ ...size, model: once, objective, batch })));
  expect(Math.abs(cost.memoryBytes / peakMemoryOf(whole) - 1)).toBeLessThan(0.02);
});

test("an optimiser that keeps one moment less takes a number a weight less, while gradients are added up too", () => {
  const model = smallModel({ layers: 4 });
  for (const accumulate of [1, 2]) {
    const [two, one] = [optimizer, { ...optimizer, kind: "lion" } as const].map((optimizer) =>
      pretrainCost({ model, objective: objectives.causal, batch: 64, accumulate, optimizer }, 1),
    );
    // a number of the step more or less besides
    expect(Math.abs(two!.memoryBytes - one!.memoryBytes - 4 * two!.parameters)).toBeLessThan(100);
  }
});

test("Muon's products of every matrix are counted, once a step, and it keeps one moment of these", () => {
  const model = smallModel({ activation: "geglu", tiedEmbeddings: false, layers: 6 });
  const { hidden, feedForward, layers } = model;
  const matrices = Array.from({ length: layers }, () => [
    // queries, keys, values; output; gate and input; output
    ...Array.from({ length: 4 }, () => [hidden, hidden]),
    ...Array.from({ length: 3 }, () => [hidden, feedForward]),
  ]).flat();
  const flopsOfUpdate = matrices.reduce((total, sizes) => {
    const [less, more] = [Math.min(...sizes), Math.max(...sizes)];
    return total + 5 * (2 * less * more * less + 2 * less ** 3 + 2 * less * less * more);
  }, 0);
  const numbers = matrices.reduce((total, [rows, columns]) => total + rows! * columns!, 0);
  for (const accumulate of [1, 4]) {
    const [adamw, muon] = [optimizer, otherOptimizers.muon].map((optimizer) =>
      pretrainCost({ model, objective: objectives.causal, batch: 256, accumulate, optimizer }, 1),
    );
    expect(muon!.flopsPerStep - adamw!.flopsPerStep).toBe(flopsOfUpdate);
    // gradients of weights that are updated alone are not joined in a further array either
    const less = adamw!.memoryBytes - muon!.memoryBytes;
    if (accumulate > 1) expect(less / (4 * numbers)).toBeCloseTo(2, 2);
  }
});

test("products in 16 bits take less memory, and no fewer FLOPs", () => {
  const model = smallModel({ layers: 4 });
  const [full, half] = [
    pretrainCost({ ...size, model, objective: objectives.causal, batch: 64 }, 10),
    pretrainCost({ ...size, model, objective: objectives.causal, batch: 64, precision: "bfloat16" }, 10),
  ];
  expect(half.flopsPerStep).toBe(full.flopsPerStep);
  expect(half.memoryBytes).toBeLessThan(full.memoryBytes);
});

test("a mixture costs the average of its parts as they are scheduled", () => {
  const model = smallModel({ biases: false });
  const part = (weight: number, kind: "causal" | "prefix") => ({ weight, name: kind, objective: objectives[kind] });
  const mixed = pretrainCost(
    { ...size, model, objective: { kind: "mixture", parts: [part(0.75, "causal"), part(0.25, "prefix")] }, batch: 2 },
    100,
  );
  const [causal, prefix] = [
    pretrainCost({ ...size, model, objective: objectives.causal, batch: 2 }, 100),
    pretrainCost({ ...size, model, objective: objectives.prefix, batch: 2 }, 100),
  ];
  expect(mixed.flopsPerStep).toBeCloseTo(0.75 * causal.flopsPerStep + 0.25 * prefix.flopsPerStep, 6);
});

test("a graph has no node with an unused result, nor the same node twice", () => {
  const model = smallModel();
  const settings = settingsOf(model, textPart(model, objectives.causal), 2);
  const program = trainingProgram(settings);
  const graph = trace(program.functions[0]!, program.state);
  const read = new Set(
    [
      ...graph.nodes.flatMap(({ inputs }) => inputs),
      ...graph.updates.map(({ value }) => value),
      ...graph.outputs.map(({ value }) => value),
    ].map(({ id }) => id),
  );
  expect(graph.nodes.filter(({ outputs }) => !outputs.some(({ id }) => read.has(id)))).toEqual([]);
  const keys = graph.nodes.map(({ op, inputs, attributes }) => `${op} ${inputs.map(({ id }) => id)} ${JSON.stringify(attributes)}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(flopsOf(graph)).toBeGreaterThan(0);
  const state = program.state.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  expect(peakMemoryOf(graph)).toBeGreaterThan(state);
});
