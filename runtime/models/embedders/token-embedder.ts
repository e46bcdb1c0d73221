import { reshape, type Tensor, tensor1d } from "@tensorflow/tfjs-core";
import { sizeOf } from "#runtime/contract/shape.ts";
import { padded } from "#runtime/trace/padded.ts";
import { embeddingTable } from "../embedding-table.ts";
import { get } from "../forward.ts";
import { embed } from "../operations/embedding.ts";
import type { Embedder } from "./embedder.ts";

const table = "embeddings.tokens";

/** A row of a table for each token, and one for its type (Devlin et al. 2019, section 3). Arrays, int32: `tokens` and `types` (B, T). */
export const tokenEmbedder: Embedder<"tokens"> = {
  parameters({ vocabulary }, { embeddingWidth, initial: { padding } }) {
    const { initial, ...parameter } = embeddingTable(table, [vocabulary, embeddingWidth], true);
    return [{ ...parameter, initial: padding === null ? initial : { ...initial, zeroRow: padding } }];
  },
  stackParameters: ({ types }, { embeddingWidth }, stack) =>
    types > 0 ? [embeddingTable(`${stack}.types`, [types, embeddingWidth], false)] : [],
  arrays: (_, rows, length) => [{ name: "tokens", shape: [rows, length], dtype: "int32" }],
  partArrays: ({ types }, rows, length) => (types > 1 ? [{ name: "types", shape: [rows, length], dtype: "int32" }] : []),
  fill: (rows, length, padding) => ({ tokens: padded(rows, length, padding) }),
  embed: (_, parameters, { tokens }) => embed(get(parameters, table), flat(tokens!)),
  added({ types }, parameters, arrays, stack) {
    if (types === 0) return undefined;
    return embed(get(parameters, `${stack}.types`), arrays.types ? flat(arrays.types) : tensor1d([0], "int32"));
  },
  tied: table,
};

function flat(tensor: Tensor): Tensor {
  return reshape(tensor, [sizeOf(tensor.shape)]);
}
