/**
 * Perplexity: the exponential of the mean negative log-likelihood of a tokenizer's tokens.
 * @param negativeLogLikelihood sum over the tokens, in nats
 * @see Jelinek et al. 1977, Perplexity: a measure of the difficulty of speech recognition tasks
 */
export function perplexity(negativeLogLikelihood: number, tokens: number): number {
  return Math.exp(negativeLogLikelihood / tokens);
}
