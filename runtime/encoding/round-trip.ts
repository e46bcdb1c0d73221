import type { EncodeResult, LostInText } from "#runtime/contract/artifacts.ts";
import type { CorpusPiece } from "#runtime/corpus/read-documents.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";

/** Whether the ids of each split, decoded, are the text again; follows the documents as they are encoded. */
export interface RoundTrip {
  /** Pieces in order, with their ids. */
  see(piece: CorpusPiece, ids: Int32Array): void;
  /** Ends a split. */
  finish(): void;
  found(): NonNullable<EncodeResult["roundTrip"]>;
}

/** Characters of a split that are decoded; unknown tokens are counted everywhere. */
const decodedCharacters = 1 << 20;

export function openRoundTrip({ decode, vocabulary }: Pick<Tokenizer, "decode" | "vocabulary">): RoundTrip {
  const lost = new Set<LostInText>();
  const counts = { documents: 0, same: 0, unknown: 0 };
  let seen = 0;
  let text = "";
  let ids: Int32Array[] = [];
  const settle = () => {
    if (text === "") return;
    const back = decode(joined(ids));
    counts.documents++;
    if (back === text) counts.same++;
    else for (const each of lossesOf(text, back, countOf(ids, vocabulary.unknown))) lost.add(each);
    text = "";
    ids = [];
  };
  return {
    see(piece, own) {
      counts.unknown += countOf([own], vocabulary.unknown);
      if (seen >= decodedCharacters) return;
      text += piece.text;
      ids.push(own);
      seen += piece.text.length;
      // of a document that is longer than what is decoded, its beginning
      if (piece.ends || seen >= decodedCharacters) settle();
    },
    finish() {
      settle();
      seen = 0;
    },
    found: () => ({ ...counts, lost: losses.filter((each) => lost.has(each)) }),
  };
}

const losses: readonly LostInText[] = ["case", "accents", "spaces", "forms", "other"];

/** The losses of a text that its tokens do not reproduce. `unknown` of its words may be unknown tokens, which lose nothing else. */
function lossesOf(text: string, back: string, unknown: number): LostInText[] {
  if (back === "") return unknown > 0 ? [] : ["other"];
  const words = text.normalize("NFD").match(/[\p{L}\p{M}]+/gu) ?? [];
  const more = (pattern: RegExp) => words.filter((word) => pattern.test(word)).length > unknown;
  const has: Record<Exclude<LostInText, "other">, boolean> = {
    case: back === back.toLowerCase() && more(/[\p{Lu}\p{Lt}]/u),
    accents: !/\p{Mn}/u.test(back.normalize("NFD")) && more(/\p{Mn}/u),
    spaces: unknown === 0 ? spacesOf(text) !== spacesOf(back) : spacesOf(text).length - spacesOf(back).length > unknown,
    forms: unknown === 0 && ((text !== plain(text) && back === plain(back)) || plain(text) === plain(back)),
  };
  const found = losses.filter((each) => each !== "other" && has[each]);
  return found.length > 0 || unknown > 0 ? found : ["other"];
}

function spacesOf(text: string): string {
  return text.replace(/\S+/g, "");
}

function plain(text: string): string {
  return text.normalize("NFKC");
}

function countOf(pieces: readonly Int32Array[], id: number): number {
  return pieces.reduce((sum, ids) => sum + ids.reduce((count, each) => count + (each === id ? 1 : 0), 0), 0);
}

function joined(pieces: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
