import { add, mul, reshape, type Tensor, tensor1d } from "@tensorflow/tfjs-core";
import { type Forward, get, norm, type Sequence } from "./forward.ts";
import { linear } from "./linear.ts";
import { drop } from "./operations/dropout.ts";
import { embed } from "./operations/embedding.ts";
import { positionTable } from "./positions.ts";

/** The input of a stack, (B × T, C), from tokens, positions and, if the model has them, token types. */
export function embeddings(forward: Forward, stack: string, input: Sequence): Tensor {
  const { model, parameters, dropout } = forward;
  const { embeddingWidth, embeddingScale, embeddingNorm, tokenTypes, positionOffset } = model;
  const [batch, length] = input.tokens.shape as [number, number];
  const flat = (tensor: Tensor) => reshape(tensor, [batch * length]);
  let x = embed(get(parameters, "embeddings.tokens"), flat(input.tokens));
  // fixed sines and cosines have size 1: the embeddings are scaled up to them (Vaswani et al. 2017, section 3.4)
  const scale = model.position === "sinusoidal" ? Math.sqrt(embeddingWidth) : embeddingScale;
  if (scale !== 1) x = mul(x, scale);
  const table = positionTable(model, parameters[`${stack}.positions`]);
  if (table) x = add(x, embed(table, flat(positionOffset > 0 ? add(input.positions, int(positionOffset)) : input.positions)));
  if (tokenTypes > 0) x = add(x, embed(get(parameters, `${stack}.types`), input.types ? flat(input.types) : int(0)));
  if (embeddingNorm) x = norm(forward, `${stack}.embedding_norm`, x);
  if (embeddingWidth !== model.hidden) x = linear(parameters, `${stack}.embedding_projection`, x);
  return drop(x, dropout, `${stack}.embeddings`);
}

function int(value: number): Tensor {
  return tensor1d([value], "int32");
}
