/**
 * Negative log-likelihood in bits for each byte of text: comparable between tokenizers.
 * @param negativeLogLikelihood summed over the tokens, nats
 * @param bytes of the text in UTF-8
 * @see Gao et al. 2020, The Pile, section 3.1
 */
export function bitsPerByte(negativeLogLikelihood: number, bytes: number): number {
  return negativeLogLikelihood / Math.LN2 / bytes;
}
