import { type Random, shuffle } from "#runtime/random/random.ts";

/*
 * After `random_spans_noise_mask` of google-research/text-to-text-transfer-transformer, t5/data/preprocessors.py.
 */

/** How many of `length` ≥ 2 tokens are hidden, and in how many spans: rounded, at least one token hidden and one not. */
export function noiseLengths(length: number, rate: number, meanSpan: number): { noise: number; spans: number } {
  const noise = Math.min(Math.max(roundHalfToEven(length * rate), 1), length - 1);
  const spans = Math.max(roundHalfToEven(noise / meanSpan), 1);
  // each span needs a token before it that is not hidden
  return { noise, spans: Math.min(spans, noise, length - noise) };
}

/** 1 where a token is hidden. The first token of `length` ≥ 2 never is, the last always. */
export function randomSpansMask(length: number, rate: number, meanSpan: number, random: Random): Uint8Array {
  const { noise, spans } = noiseLengths(length, rate, meanSpan);
  const hidden = randomSegmentation(noise, spans, random);
  const visible = randomSegmentation(length - noise, spans, random);
  const mask = new Uint8Array(length);
  let at = 0;
  for (let span = 0; span < spans; span++) {
    at += visible[span] as number;
    const end = at + (hidden[span] as number);
    mask.fill(1, at, end);
    at = end;
  }
  return mask;
}

/** Lengths of `segments` parts, none empty, that add up to `items`; every such partition is equally likely. */
function randomSegmentation(items: number, segments: number, random: Random): number[] {
  const startsSegment = shuffle(
    Array.from({ length: items - 1 }, (_, i) => i < segments - 1),
    random,
  );
  const lengths = [1];
  for (const starts of startsSegment) {
    if (starts) lengths.push(1);
    else lengths[lengths.length - 1] = (lengths.at(-1) as number) + 1;
  }
  return lengths;
}

/** TensorFlow's and Python's rounding: halves go to the even neighbour. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
