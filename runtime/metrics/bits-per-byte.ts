/**
 * Negative log-likelihood in bits per byte of text, which is comparable across tokenizers.
 * @param negativeLogLikelihood sum over the tokens, in nats
 * @param bytes size of the text in UTF-8
 * @see Gao et al. 2020, The Pile, section 3.1
 */
export function bitsPerByte(negativeLogLikelihood: number, bytes: number): number {
  return negativeLogLikelihood / Math.LN2 / bytes;
}
