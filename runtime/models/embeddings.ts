import { add, mul, reshape, type Tensor, tensor1d } from "@tensorflow/tfjs-core";
import { embedderOf } from "./embedders/embedder-table.ts";
import { type Forward, norm, type Sequence } from "./forward.ts";
import { linear } from "./linear.ts";
import { drop } from "./operations/dropout.ts";
import { embed } from "./operations/embedding.ts";
import { positionTable } from "./positions.ts";

/** What a stack's blocks read, (B × T, C): the embedded input with its positions. */
export function embeddings(forward: Forward, stack: string, { arrays, positions }: Sequence): Tensor {
  const { model, parameters, dropout } = forward;
  const { input, embeddingWidth, embeddingScale, embeddingNorm, positionOffset } = model;
  const [batch, length] = positions.shape as [number, number];
  const embedder = embedderOf(input);
  let x = embedder.embed(input, parameters, arrays);
  // fixed sines and cosines have size 1: the embeddings are scaled up to them (Vaswani et al. 2017, section 3.4)
  const scale = model.position === "sinusoidal" ? Math.sqrt(embeddingWidth) : embeddingScale;
  if (scale !== 1) x = mul(x, scale);
  const table = positionTable(model, parameters[`${stack}.positions`]);
  const rows = positionOffset > 0 ? add(positions, tensor1d([positionOffset], "int32")) : positions;
  if (table) x = add(x, embed(table, reshape(rows, [batch * length])));
  const added = embedder.added(input, parameters, arrays, stack);
  if (added) x = add(x, added);
  if (embeddingNorm) x = norm(forward, `${stack}.embedding_norm`, x);
  if (embeddingWidth !== model.hidden) x = linear(parameters, `${stack}.embedding_projection`, x);
  return drop(x, dropout, `${stack}.embeddings`);
}
