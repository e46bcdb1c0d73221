import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { joinedOutputs, type Parameter } from "../parameters.ts";
import type { Family } from "./family.ts";

/** A tensor of a checkpoint that is a part of one of our parameters. */
export interface CheckpointTensor {
  name: string;
  /** Whether it belongs to the body, whose names may lack the family's prefix. */
  body: boolean;
  shape: number[];
}

export interface Sources {
  /** Tensors in the order in which they are joined along the outputs. */
  tensors: CheckpointTensor[];
  /** Whether they are stored as outputs × inputs. */
  transposed: boolean;
}

/** The tensors that make up a parameter in a checkpoint of the family; undefined if the family has no such weight. */
export function sourcesOf(family: Family, model: ResolvedModel, { name, shape }: Parameter): Sources | undefined {
  const body = family.body(model);
  const number = /\.layers\.(\d+)\./.exec(name)?.[1] ?? "";
  const pattern = name.replace(/\.layers\.\d+\./, ".layers.N.");
  const dot = pattern.lastIndexOf(".");
  const [module, kind] = [pattern.slice(0, dot), pattern.slice(dot + 1)];
  const isBody = pattern in body || module in body;
  const table = isBody ? body : family.prediction;
  const whole = table[pattern];
  const found = whole ?? table[module];
  if (found === undefined) return undefined;
  const ending = whole === undefined ? (kind === "bias" ? ".bias" : ".weight") : "";
  const names = [found].flat().map((each) => `${isBody ? family.prefix : ""}${each.replace(/(?<=\.)N(?=\.)/, number)}${ending}`);
  const isLinear = whole === undefined && kind === "weight";
  const transposed = isLinear && !family.inputsFirst;
  const outputs = names.length === 1 ? [shape.at(-1)!] : joinedOutputs(model, pattern);
  if (outputs.length !== names.length) throw new Error(`${name} joins ${outputs.length} parts, and ${family.title} has ${names.length}`);
  const shapeOf = (columns: number): number[] => {
    if (shape.length === 1) return family.rows?.includes(names[0]!) ? [1, columns] : [columns];
    const rows = shape[0]!;
    return transposed ? [columns, rows] : [rows, columns];
  };
  return { tensors: names.map((each, i) => ({ name: each, body: isBody, shape: shapeOf(outputs[i]!) })), transposed };
}

/** Joins the arrays of the sources, in their order, to our parameter: (inputs, all outputs). */
export function joinedSources({ tensors, transposed }: Sources, arrays: readonly Float32Array[]): Float32Array {
  if (tensors.length === 1 && !transposed) return arrays[0]!;
  const [rows, columns] = [rowsOf(tensors[0]!, transposed), tensors.map((tensor) => columnsOf(tensor, transposed))];
  const width = columns.reduce((sum, each) => sum + each, 0);
  const all = new Float32Array(rows * width);
  let start = 0;
  for (const [i, array] of arrays.entries()) {
    const own = columns[i]!;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < own; column++)
        all[row * width + start + column] = array[transposed ? column * rows + row : row * own + column]!;
    }
    start += own;
  }
  return all;
}

/** The inverse of `joined`. */
export function parted({ tensors, transposed }: Sources, all: Float32Array): Float32Array[] {
  if (tensors.length === 1 && !transposed) return [all];
  const [rows, columns] = [rowsOf(tensors[0]!, transposed), tensors.map((tensor) => columnsOf(tensor, transposed))];
  const width = columns.reduce((sum, each) => sum + each, 0);
  let start = 0;
  return columns.map((own) => {
    const array = new Float32Array(rows * own);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < own; column++)
        array[transposed ? column * rows + row : row * own + column] = all[row * width + start + column]!;
    }
    start += own;
    return array;
  });
}

function rowsOf({ shape }: CheckpointTensor, transposed: boolean): number {
  return shape.length === 1 ? 1 : transposed ? shape[1]! : shape[0]!;
}

function columnsOf({ shape }: CheckpointTensor, transposed: boolean): number {
  return shape.length === 1 || transposed ? shape[0]! : shape[1]!;
}
