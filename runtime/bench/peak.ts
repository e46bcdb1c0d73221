import { median } from "#runtime/contract/median.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { callTimes } from "#runtime/machine/step-times.ts";
import { matrixChain } from "#runtime/programs/matrix-chain.ts";
import { productsProgram } from "#runtime/programs/products.ts";
import { pretrainGraph } from "#runtime/programs/training-cost.ts";
import { random } from "#runtime/random/random.ts";
import type { Program } from "#runtime/trace/function.ts";
import { benchJob } from "./bench-sizes.ts";
import type { BenchCase } from "./measure-training.ts";

/** Number of rows and columns; the blocks of products of such matrices fit in the cache. */
const size = 1024;
const products = 8;

/** Peak FLOP/s of an engine in products of square float32 matrices, the best of several calls. */
export async function matrixPeak(engine: EngineName, threads: number, seconds: number): Promise<number> {
  const times = await callsOf(matrixChain(size, products), engine, threads, seconds);
  return (products * 2 * size ** 3 * 1000) / Math.min(...times);
}

/** Median milliseconds of the matrix products of a training step alone, a lower bound of the step time. */
export async function productsMilliseconds({ engine, objective, size, threads, seconds }: BenchCase): Promise<number> {
  return median(await callsOf(productsProgram(pretrainGraph(benchJob(size, objective))), engine, threads, seconds));
}

/** Milliseconds of each call of a program's only function, without the first call. */
async function callsOf(program: Program, name: EngineName, threads: number, seconds: number): Promise<number[]> {
  const engine = await loadEngine(name, { threads });
  const session = await engine.open(program);
  const from = random("peak");
  const values = (count: number) => Float32Array.from({ length: count }, () => (from.uniform() - 0.5) / 16);
  await session.write(Object.fromEntries(program.state.map((spec) => [spec.name, values(sizeOf(spec.shape))])));
  const call = () => session.call(program.functions[0]!.name, {});
  try {
    await call();
    return await callTimes(call, { seconds, least: 1 });
  } finally {
    await session.close();
  }
}
