import type { EngineName } from "../engines/engine.ts";
import { loadEngine } from "../engines/table.ts";
import { matrixChain } from "../programs/matrix-chain.ts";
import { random } from "../random/random.ts";

/** Rows and columns; products of such matrices find their blocks in the cache. */
const size = 1024;
const products = 8;

/** FLOP/s that an engine reaches in products of square float32 matrices, the best of some calls: what a machine has to give. */
export async function matrixPeak(name: EngineName, threads: number, seconds: number): Promise<number> {
  const engine = await loadEngine(name, { threads });
  const session = await engine.open(matrixChain(size, products));
  const from = random("peak");
  const values = () => Float32Array.from({ length: size * size }, () => (from.uniform() - 0.5) / 16);
  await session.write({ a: values(), b: values() });
  let best = Number.POSITIVE_INFINITY;
  try {
    await session.call("chain", {});
    for (const begin = performance.now(); performance.now() - begin < seconds * 1000; ) {
      const start = performance.now();
      await session.call("chain", {});
      best = Math.min(best, performance.now() - start);
    }
  } finally {
    await session.close();
  }
  return (products * 2 * size ** 3 * 1000) / best;
}
