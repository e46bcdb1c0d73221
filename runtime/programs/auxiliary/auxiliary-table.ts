import type { Auxiliary } from "#runtime/objectives/objective.ts";
import type { AuxiliaryLoss } from "./auxiliary-loss.ts";
import { contrastiveLoss } from "./contrastive-loss.ts";
import { replacedTokenLoss } from "./replaced-token-loss.ts";
import { sentencePairLoss } from "./sentence-pair-loss.ts";

/** Every auxiliary loss; adding one takes its file, its settings in `Auxiliary`, an entry here, and its test. */
const auxiliaryLosses: { readonly [K in Auxiliary["kind"]]: AuxiliaryLoss<Extract<Auxiliary, { kind: K }>> } = {
  sentence_pairs: sentencePairLoss,
  replaced_tokens: replacedTokenLoss,
  contrast: contrastiveLoss,
};

export function auxiliaryLossOf<A extends Auxiliary>(auxiliary: A): AuxiliaryLoss<A> {
  return auxiliaryLosses[auxiliary.kind] as unknown as AuxiliaryLoss<A>;
}
