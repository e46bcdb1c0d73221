import { perplexity } from "./perplexity.ts";

/**
 * Perplexity of a masked model: of each token masked in its turn and predicted from all others.
 * @param negativeLogLikelihood summed over the masked tokens, nats
 * @see Salazar et al. 2020, Masked Language Model Scoring, section 2.3
 */
export function pseudoPerplexity(negativeLogLikelihood: number, tokens: number): number {
  return perplexity(negativeLogLikelihood, tokens);
}
