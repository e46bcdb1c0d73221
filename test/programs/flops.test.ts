import { expect, test } from "vitest";
import { benchJob, benchObjectives } from "#runtime/bench/bench-sizes.ts";
import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import { layoutOf } from "#runtime/objectives/objective-table.ts";
import { productsProgram } from "#runtime/programs/products.ts";
import { pretrainCost, pretrainGraph } from "#runtime/programs/training-cost.ts";
import { flopsOf } from "#runtime/trace/graph-cost.ts";
import { trace } from "#runtime/trace/trace.ts";
import { masked, model } from "../compile/fixtures.ts";
import { optimizer } from "./small.ts";

const batch = 3;
const sizes = { layers: 2, hidden: 32, heads: 4, feedForward: 96, context: 64, dropout: 0 };
const [C, F, V] = [sizes.hidden, sizes.feedForward, 500];

interface Family {
  name: string;
  model: ResolvedModel;
  objective: ResolvedObjective;
  /** What PyTorch's FlopCounterMode counts for Transformers' model: bench/peers/flops.py, PyTorch 2.15, Transformers 5.23. */
  pytorch: number;
}

const of = (architecture: ResolvedModel["architecture"], change = {}): ResolvedModel =>
  completeTokenModel({ ...model({ ...sizes, ...change }), architecture, vocabulary: V });

const families: Family[] = [
  { name: "decoder (GPT-2)", model: of("decoder"), objective: { kind: "causal" }, pytorch: 51_462_144 },
  {
    name: "decoder with gates and rotary positions (Llama)",
    model: of("decoder", { activation: "swiglu", position: "rotary", norm: "rms", biases: false, tiedEmbeddings: false }),
    objective: { kind: "causal" },
    pytorch: 58_540_032,
  },
  { name: "encoder (BERT)", model: of("encoder", { placement: "post" }), objective: masked, pytorch: 28_942_848 },
  {
    name: "encoder-decoder (T5)",
    model: of("encoder-decoder", { position: "relative", norm: "rms", activation: "relu", biases: false }),
    objective: { kind: "span_corruption", rate: 0.15, meanSpan: 3 },
    pytorch: 50_489_856,
  },
];

/** Multiply-adds of a layer's forward pass over `queries` positions that look at `keys`, and at `memory` positions of an encoder. */
function layer(queries: number, gated: boolean, memory = 0): number {
  const projections = 4 * queries * C * C;
  const attention = 2 * queries * queries * C;
  const cross = memory > 0 ? 2 * queries * C * C + 2 * memory * C * C + 2 * queries * memory * C : 0;
  const feedForward = (gated ? 3 : 2) * queries * C * F;
  return projections + attention + cross + feedForward;
}

/** FLOPs of a step by hand: each product of the forward pass has two in the backward pass, one for each factor. */
function byHand({ model: { layers, activation }, objective }: Family): number {
  const layout = layoutOf(objective as Parameters<typeof layoutOf>[0], families.find((each) => each.objective === objective)!.model);
  const gated = activation === "swiglu";
  const { context, decoderContext, predicted } = layout;
  const width = decoderContext || context;
  // after the last attention only positions with a target continue, if these are few
  const left = predicted < width / 2 ? (width - predicted) * (C * C + (gated ? 3 : 2) * C * F) : 0;
  const stacks = layers * layer(context, gated) + (decoderContext > 0 ? layers * layer(decoderContext, gated, context) : 0);
  return 2 * 3 * batch * (stacks - left + predicted * C * V);
}

test.each(families)("FLOPs of a step as counted by hand, and by PyTorch: $name", (family) => {
  const { flopsPerStep } = pretrainCost({ ...family, batch, accumulate: 1, optimizer }, 1);
  expect(flopsPerStep).toBe(byHand(family));
  expect(flopsPerStep).toBe(family.pytorch);
});

test.each(benchObjectives)("the products of a step alone, %s, have all of its FLOPs", (objective) => {
  const step = pretrainGraph(benchJob("tiny", objective));
  const program = productsProgram(step);
  expect(flopsOf(trace(program.functions[0]!, program.state))).toBe(flopsOf(step));
});
