import type { Auxiliary } from "#runtime/objectives/objective.ts";
import type { AuxiliaryLoss } from "./auxiliary-loss.ts";
import { contrast } from "./contrast.ts";
import { replacedTokens } from "./replaced-tokens.ts";
import { sentencePairs } from "./sentence-pairs.ts";

/** Every auxiliary loss; adding one takes its file, its settings in `Auxiliary`, an entry here, and its test. */
const auxiliaryLosses: { readonly [K in Auxiliary["kind"]]: AuxiliaryLoss<Extract<Auxiliary, { kind: K }>> } = {
  sentence_pairs: sentencePairs,
  replaced_tokens: replacedTokens,
  contrast,
};

export function auxiliaryLossOf<A extends Auxiliary>(auxiliary: A): AuxiliaryLoss<A> {
  return auxiliaryLosses[auxiliary.kind] as unknown as AuxiliaryLoss<A>;
}
