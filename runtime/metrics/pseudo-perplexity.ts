import { perplexity } from "./perplexity.ts";

/**
 * Pseudo-perplexity of a masked model, in which each token is masked in turn and predicted from all others.
 * @param negativeLogLikelihood sum over the masked tokens, in nats
 * @see Salazar et al. 2020, Masked Language Model Scoring, section 2.3
 */
export function pseudoPerplexity(negativeLogLikelihood: number, tokens: number): number {
  return perplexity(negativeLogLikelihood, tokens);
}
