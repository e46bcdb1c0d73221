import type { Architecture } from "#runtime/contract/spec.ts";
import { random } from "#runtime/random/random.ts";
import type { Vocabulary } from "./objective.ts";
import { exampleOf, layoutOf, reachOf, type TextObjectiveSettings } from "./objective-table.ts";

/** What a sequence takes, on average: corpus tokens, and positions that it reads of its own. */
export interface ExpectedSequence {
  stride: number;
  tokens: number;
}

/**
 * What a sequence takes of a corpus of documents of these lengths, in tokens with `<s>` and `</s>`; undefined: of one that is a single
 * document. Where short documents leave a sequence room for less, it is what some sequences of such documents take.
 */
export function expectedSequence(
  objective: TextObjectiveSettings,
  model: { architecture: Architecture; context: number },
  lengths: readonly number[] | undefined,
): ExpectedSequence {
  const layout = layoutOf(objective, model);
  const reach = reachOf(objective, layout, plainVocabulary);
  if (!reach || !lengths?.some((length) => length > 0)) return layout;
  const key = `${JSON.stringify([objective, model.architecture, model.context])} ${nameOf(lengths)}`;
  const found = known.get(key);
  if (found) return found;
  const text = plainText(lengths, sampledSequences * layout.window);
  let [start, tokens, sequences] = [0, 0, 0];
  for (; sequences < sampledSequences && start < text.length - layout.window; sequences++) {
    const window = text.subarray(start, start + layout.window);
    const taken = reach(window);
    const example = exampleOf(objective, window.subarray(0, taken), layout, plainVocabulary, random("expected", sequences), window);
    for (const side of [example, example.decoder, example.view]) tokens += side?.tokens.length ?? 0;
    start += taken;
  }
  const expected = sequences === 0 ? layout : { stride: start / sequences, tokens: tokens / sequences };
  if (known.size === maxKnown) known.delete(known.keys().next().value!);
  known.set(key, expected);
  return expected;
}

const sampledSequences = 500;
/** A file is compiled again and again as it is edited. */
const known = new Map<string, ExpectedSequence>();
const maxKnown = 256;

const ordinary = 10;
const plainVocabulary: Vocabulary = {
  size: 1100,
  pad: 0,
  unknown: 1,
  begin: 2,
  end: 3,
  mask: 4,
  firstOrdinary: ordinary,
  endOrdinary: ordinary + 1,
  firstSentinel: 100,
  sentinels: 1000,
  sentinelsDescend: false,
  wordStarts: (tokens) => tokens.map(() => true),
  endsSentence: () => false,
};

/** Some lengths around an average, where no others are known: of equal ones, windows would fall again and again on the same places. */
export function lengthsNear(average: number): number[] {
  const from = random("expected", "documents");
  return Array.from({ length: 256 }, () => Math.max(2, Math.round(average * (0.5 + from.uniform()))));
}

/** Documents of these lengths, one after another. */
function plainText(lengths: readonly number[], length: number): Int32Array {
  const text = new Int32Array(length).fill(ordinary);
  const documents = lengths.filter((each) => each > 0);
  for (let start = 0, i = 0; start < length; start += documents[i++ % documents.length]!) {
    text[start] = plainVocabulary.begin;
    if (start > 0) text[start - 1] = plainVocabulary.end;
  }
  return text;
}

/** A list is asked for again and again while a number of steps is solved for. */
function nameOf(lengths: readonly number[]): string {
  const name = names.get(lengths) ?? lengths.join(" ");
  names.set(lengths, name);
  return name;
}

const names = new WeakMap<readonly number[], string>();
