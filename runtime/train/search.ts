import { largest } from "#runtime/contract/reductions.ts";
import type { Random } from "#runtime/random/random.ts";
import type { Decoder, DecoderOptions, Following } from "./decoding.ts";

/** Which token follows. */
export type Choosing =
  /** As a decoder says that was opened for it. */
  | { kind: "greedy" }
  /** `temperature` above 0. Holtzman et al. 2020 for `topP`: the fewest most probable tokens that together have that probability. */
  | { kind: "sample"; temperature: number; topK: number | null; topP: number | null; random: Random }
  /** Keeps so many continuations and returns the best, by the mean logarithm of its tokens' probabilities, to this power of their number. */
  | { kind: "beams"; beams: number; lengthPenalty: number };

export interface SearchOptions {
  /** What the decoder begins with: of each text at least one token. */
  beginnings: readonly (readonly number[])[];
  /** What the encoder reads; left out without one. */
  sources?: readonly (readonly number[])[];
  /** A text ends after one of these. */
  ends: readonly number[];
  /** Tokens in all, the beginning included, of a text with the longest beginning. */
  length: number;
  /** The last token of a text that reaches its length; null: whatever follows. */
  forcedEnd: number | null;
  /** Tokens that may follow, where scores are given; undefined: all. */
  allowed?: (token: number) => boolean;
}

/** What a decoder must be opened with to write so. */
export function openingFor(
  choosing: Choosing,
  vocabulary: number,
  allowed: (token: number) => boolean = () => true,
): Pick<DecoderOptions, "greedy"> {
  if (choosing.kind !== "greedy") return {};
  return { greedy: { forbidden: Array.from({ length: vocabulary }, (_, token) => token).filter((token) => !allowed(token)) } };
}

/** Writes texts to their end: each with its beginning, and with its end where it came to one. */
export function search(decoder: Decoder, options: SearchOptions, choosing: Choosing): Promise<number[][]> {
  return choosing.kind === "beams" ? beamSearch(decoder, options, choosing) : sampling(decoder, options, choosing);
}

type OneByOne = Exclude<Choosing, { kind: "beams" }>;

async function sampling(decoder: Decoder, options: SearchOptions, choosing: OneByOne): Promise<number[][]> {
  const { vocabulary } = decoder;
  const { beginnings, ends, forcedEnd, allowed } = options;
  const written = beginnings.map((ids) => [...ids]);
  const room = newTokensOf(options);
  const done = written.map(() => false);
  const chosen = (row: number) => {
    if (choosing.kind === "greedy") return greedyTokensOf(following)[row]!;
    return draw(scoresOf(following).subarray(row * vocabulary, (row + 1) * vocabulary), choosing, allowed);
  };
  let following = await decoder.begin(beginnings, options.sources);
  for (let step = 1; step <= room; step++) {
    const tokens = written.map((ids, row) => {
      if (done[row]) return ends[0] ?? 0;
      const token = step === room && forcedEnd !== null ? forcedEnd : chosen(row);
      ids.push(token);
      done[row] = ends.includes(token);
      return token;
    });
    if (step === room || done.every((each) => each)) break;
    following = await decoder.next(tokens);
  }
  return written;
}

function scoresOf(following: Following): Float32Array {
  if ("scores" in following) return following.scores;
  throw new Error("the decoder was opened for greedy decoding, not for scores");
}

function greedyTokensOf(following: Following): Int32Array {
  if ("greedy" in following) return following.greedy;
  throw new Error("the decoder was not opened for greedy decoding");
}

function draw(
  scores: Float32Array,
  { temperature, topK, topP, random }: Extract<Choosing, { kind: "sample" }>,
  allowed: SearchOptions["allowed"],
): number {
  const candidates = best(scores, topK ?? scores.length, allowed);
  const largest = scores[candidates[0]!]!;
  let weights = candidates.map((token) => Math.exp((scores[token]! - largest) / temperature));
  if (topP !== null) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let reached = 0;
    const count = weights.findIndex((weight) => {
      reached += weight;
      return reached >= topP * total;
    });
    weights = weights.slice(0, count < 0 ? weights.length : count + 1);
  }
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return candidates[i]!;
  }
  return candidates[weights.length - 1]!;
}

/** The indices of the `count` largest, largest first; of equal ones the first. */
function best(scores: Float32Array, count: number, allowed?: (token: number) => boolean): number[] {
  if (count > 64) {
    const all = Array.from(scores.keys());
    const some = allowed ? all.filter(allowed) : all;
    return some.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
  }
  const kept: number[] = [];
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token]!;
    if (kept.length === count && score <= scores[kept[count - 1]!]!) continue;
    if (allowed && !allowed(token)) continue;
    let at = kept.length;
    while (at > 0 && scores[kept[at - 1]!]! < score) at--;
    kept.splice(at, 0, token);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

interface Hypothesis {
  ids: number[];
  score: number;
  /** Row within the text that it continues. */
  parent: number;
}

/** What is known of one text. */
interface Beams {
  running: Hypothesis[];
  finished: Hypothesis[];
  done: boolean;
}

/**
 * Beam search as Transformers runs it: of twice as many candidates as there are beams, those that end are scored by their length,
 * the others go on, until no running text can become better than the worst finished one.
 */
async function beamSearch(decoder: Decoder, options: SearchOptions, { beams, lengthPenalty }: Extract<Choosing, { kind: "beams" }>) {
  const { vocabulary } = decoder;
  const { beginnings, ends, forcedEnd, allowed } = options;
  const room = newTokensOf(options);
  const texts = beginnings.map((ids): Beams => ({ running: [{ ids: [...ids], score: 0, parent: 0 }], finished: [], done: room === 0 }));
  let scores = scoresOf(await decoder.begin(beginnings, options.sources));
  for (let step = 1; step <= room; step++) {
    for (const [text, state] of texts.entries()) {
      if (state.done) continue;
      const firstRow = step === 1 ? text : text * beams;
      const rowOf = (beam: number) => scores.subarray((firstRow + beam) * vocabulary, (firstRow + beam + 1) * vocabulary);
      const forced = step === room ? forcedEnd : null;
      const candidates = candidatesOf(state.running, rowOf, 2 * beams, forced, allowed);
      const ended = ({ ids }: Hypothesis) => step === room || ends.includes(ids.at(-1)!);
      const scaled = candidates.slice(0, beams).filter(ended);
      const finished = scaled.map((each) => ({ ...each, score: each.score / step ** lengthPenalty }));
      state.finished = [...state.finished, ...finished].sort((a, b) => b.score - a.score).slice(0, beams);
      state.running = candidates.filter((each) => !ended(each)).slice(0, beams);
      const worst = state.finished.length === beams ? state.finished.at(-1)!.score : Number.NEGATIVE_INFINITY;
      state.done = state.running.length === 0 || state.running[0]!.score / step ** lengthPenalty <= worst;
    }
    if (step === room || texts.every(({ done }) => done)) break;
    const rows = texts.flatMap(({ running, done }, text) =>
      Array.from({ length: beams }, (_, beam) => {
        // rows of a text that is done go on with anything
        const own = done ? undefined : running[Math.min(beam, running.length - 1)];
        return { token: own?.ids.at(-1) ?? 0, order: text * beams + (step === 1 ? 0 : (own?.parent ?? 0)) };
      }),
    );
    const [tokens, order] = [rows.map(({ token }) => token), rows.map((row) => row.order)];
    scores = scoresOf(await decoder.next(tokens, order));
  }
  return texts.map(({ finished, running }) => (finished[0] ?? running[0]!).ids);
}

function candidatesOf(
  running: readonly Hypothesis[],
  rowOf: (beam: number) => Float32Array,
  count: number,
  forced: number | null,
  allowed: SearchOptions["allowed"],
): Hypothesis[] {
  const candidates = running.flatMap(({ ids, score }, beam) => {
    const row = rowOf(beam);
    const tokens = forced === null ? best(row, count, allowed) : [forced];
    return tokens.map((token) => ({ ids: [...ids, token], score: score + (forced === null ? row[token]! : 0), parent: beam }));
  });
  return candidates.sort((a, b) => b.score - a.score).slice(0, count);
}

function newTokensOf({ beginnings, length }: SearchOptions): number {
  return Math.max(0, length - largest(beginnings.map((ids) => ids.length)));
}
