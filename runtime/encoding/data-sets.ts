import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { InputKind } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { openTokens, type TokenStream } from "./token-stream.ts";

type EncodeResultOf<K extends InputKind> = Extract<EncodeResult, { kind: K }>;

/** What a split of each kind of data set is read as. */
interface DataSets {
  tokens: TokenStream;
}

/** The reader of every kind of data set, which is that of the model's input. A kind without an entry does not compile. */
const readers: { readonly [K in InputKind]: (folder: string, result: EncodeResultOf<K>, split: Split) => DataSets[K] } = {
  tokens: openTokens,
};

/** Opens a split of an encoded corpus. `folder`: of the encode job. */
export function openDataSet(folder: string, result: EncodeResult, split: Split): DataSets[EncodeResult["kind"]] {
  return readers[result.kind](folder, result, split);
}
