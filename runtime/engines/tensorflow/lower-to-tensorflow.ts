import { withBfloat16 } from "#runtime/trace/bfloat16.ts";
import type { Program } from "#runtime/trace/function.ts";
import type { Graph, Node, Value } from "#runtime/trace/graph.ts";
import { withSumSquare } from "#runtime/trace/sum-square.ts";
import { trace } from "#runtime/trace/trace.ts";
import type { Protobuf } from "./protobuf.ts";
import { createGraphDefBuilder, type GraphDefBuilder } from "./tensorflow-builder.ts";
import { tensorflowOperators } from "./tensorflow-operators.ts";

/** A program as one TensorFlow graph. All functions share the variables of the state. */
export interface LoweredProgram {
  /** A serialised SavedModel. */
  model: Uint8Array;
  /** For each entry of the state: the tensor for a new value, the one whose fetch stores it, and the one that reads it. */
  state: Record<string, { value: string; written: string; read: string }>;
  /** For each function: its tensors by the program's names. Unused inputs are missing. */
  functions: Record<string, { inputs: Record<string, string>; outputs: Record<string, string> }>;
}

export function lowerToTensorflow(program: Program, pb: Protobuf): LoweredProgram {
  const builder = createGraphDefBuilder(pb);
  const handles: Record<string, string> = {};
  const state: LoweredProgram["state"] = {};
  for (const [i, { name, shape, dtype }] of program.state.entries()) {
    const handle = builder.node(
      "VarHandleOp",
      [],
      { dtype: { type: dtype }, shape: { shape }, shared_name: { string: name } },
      `variable.${i}`,
    );
    handles[name] = handle;
    const value = builder.node("Placeholder", [], { dtype: { type: dtype }, shape: { shape } }, `value.${i}`);
    // a copy, since the fed tensor may be the caller's memory
    const copied = builder.node("DeepCopy", [value], { T: { type: dtype } });
    const assigned = builder.node("AssignVariableOp", [handle, copied], { dtype: { type: dtype } });
    const written = builder.node("Identity", [builder.int(0), `^${assigned}`], { T: { type: "int32" } }, `written.${i}`);
    const read = builder.node("ReadVariableOp", [handle], { dtype: { type: dtype } }, `read.${i}`);
    state[name] = { value: `${value}:0`, written: `${written}:0`, read: `${read}:0` };
  }
  const functions: LoweredProgram["functions"] = {};
  for (const [i, fn] of program.functions.entries()) {
    const traced = withSumSquare(trace(fn, program.state));
    const graph = program.precision === "bfloat16" ? withBfloat16(traced) : traced;
    functions[fn.name] = lowerFunction(graph, `f${i}`, handles, builder);
  }
  return { model: builder.finish(), state, functions };
}

function lowerFunction(
  graph: Graph,
  prefix: string,
  handles: Record<string, string>,
  builder: GraphDefBuilder,
): LoweredProgram["functions"][string] {
  const names = new Map<number, string>();
  const nameOf = (value: Value): string => {
    const name = names.get(value.id);
    if (name === undefined) throw new Error(`${graph.name} uses a value that nothing makes`);
    return name;
  };
  for (const { value, data } of graph.constants) names.set(value.id, builder.constant(value.dtype, value.shape, data));
  for (const { name, value } of graph.state) {
    names.set(value.id, builder.node("ReadVariableOp", [handles[name]!], { dtype: { type: value.dtype } }));
  }
  const used = new Set(
    [...graph.nodes.flatMap(({ inputs }) => inputs), ...[...graph.updates, ...graph.outputs].map(({ value }) => value)].map(({ id }) => id),
  );
  const inputs: Record<string, string> = {};
  for (const [i, { name, value }] of graph.inputs.entries()) {
    if (!used.has(value.id)) continue;
    const attributes = { dtype: { type: value.dtype }, shape: { shape: value.shape } };
    const placeholder = builder.node("Placeholder", [], attributes, `${prefix}.input.${i}`);
    names.set(value.id, placeholder);
    inputs[name] = `${placeholder}:0`;
  }
  // an entry is replaced after all reads of its old value, since a later read would see the new one
  const reads = new Map(graph.state.map(({ name, value }) => [name, nameOf(value)]));
  const assign = (name: string, value: string, dtype: Value["dtype"]) => {
    const before = reads.has(name) ? [`^${reads.get(name)}`] : [];
    return builder.node("AssignVariableOp", [handles[name]!, value, ...before], { dtype: { type: dtype } });
  };
  const assigned: string[] = [];
  const inPlace = new Set<string>();
  for (const node of graph.nodes) {
    if (node.op === "AdamW") {
      const entries = node.inputs.slice(0, 3).map(({ id }) => graph.state.find(({ value }) => value.id === id)!.name);
      assigned.push(updateInPlace(node, entries, { builder, handles, nameOf, assign }));
      for (const entry of entries) inPlace.add(entry);
      continue;
    }
    const operator = tensorflowOperators[node.op];
    if (!operator) throw new Error(`the tensorflow engine has no operator for ${node.op}`);
    const outputs = operator(node.inputs.map(nameOf), node, builder);
    for (const [i, output] of node.outputs.entries()) names.set(output.id, outputs[i]!);
  }
  for (const { name, value } of graph.updates) if (!inPlace.has(name)) assigned.push(assign(name, nameOf(value), value.dtype));
  const outputs: Record<string, string> = {};
  for (const [i, { name, value }] of graph.outputs.entries()) {
    const after = assigned.map((node) => `^${node}`);
    outputs[name] = `${builder.node("Identity", [nameOf(value), ...after], { T: { type: value.dtype } }, `${prefix}.output.${i}`)}:0`;
  }
  return { inputs, outputs };
}

interface Lowering {
  builder: GraphDefBuilder;
  handles: Record<string, string>;
  nameOf(value: Value): string;
  assign(entry: string, value: string, dtype: Value["dtype"]): string;
}

/**
 * AdamW on the variables themselves, in one pass over weights and moments, after the decay of the weights. TensorFlow's Adam corrects the
 * bias of the moments by powers of the decay rates; the step size includes this already, so these are 0.
 */
function updateInPlace(
  { inputs, attributes }: Node,
  [weights, firstMoment, secondMoment]: readonly string[],
  { builder, handles, nameOf, assign }: Lowering,
): string {
  const [before, , , gradient, scale, stepSize, epsilon, keep] = inputs.map(nameOf) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const T = { type: "float32" } as const;
  const decayed = assign(weights!, builder.node("Mul", [before, keep], { T }), "float32");
  const [none, beta1, beta2] = [0, attributes.beta1 as number, attributes.beta2 as number].map(builder.float) as [string, string, string];
  const variables = [weights, firstMoment, secondMoment].map((entry) => handles[entry!]!);
  const scaled = builder.node("Mul", [gradient, scale], { T });
  return builder.node("ResourceApplyAdam", [...variables, none, none, stepSize, beta1, beta2, epsilon, scaled, `^${decayed}`], { T });
}
