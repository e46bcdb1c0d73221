import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { tableOf } from "#runtime/contract/spec.ts";

/** The content of a SentencePiece model (Kudo and Richardson 2018; `sentencepiece_model.proto`). */
interface SentencePieceModel {
  pieces: { piece: string; score: number; kind: number }[];
  /** Id of the unknown piece. */
  unknown: number;
  kind: "unigram" | "bpe";
  /** The normalisation rule as a trie in base64; empty: none. */
  normalisation: string;
  addsPrefix: boolean;
  removesSpace: boolean;
}

/** Thrown if a model cannot be used. */
export class SentencePieceError extends Error {}

/**
 * Splits texts into pieces as SentencePiece does; unknown pieces are as written. `where`: place for messages. Throws `SentencePieceError`.
 */
export function sentencePieces(bytes: Uint8Array, where: string): (texts: readonly string[]) => Promise<string[][]> {
  const model = readModel(bytes, where);
  const tokenizer = NativeTokenizer.fromString(JSON.stringify(tokenizerOf(model)));
  const unknown = model.pieces[model.unknown]!.piece;
  return async (texts) => {
    const encodings = await tokenizer.encodeBatch([...texts]);
    return encodings.map((encoding, i) => {
      const offsets = encoding.getOffsets();
      // offsets count code points
      const characters = Array.from(texts[i]!);
      return encoding
        .getTokens()
        .map((token, at) => (token === unknown ? characters.slice(...(offsets[at] as [number, number])).join("") : token));
    });
  };
}

const [normal, userDefined, byteFallback] = [1, 4, 6];

function readModel(bytes: Uint8Array, where: string): SentencePieceModel {
  const broken = (reason: string) => new SentencePieceError(`${where} is not a supported SentencePiece model: ${reason}`);
  const model: SentencePieceModel = { pieces: [], unknown: 0, kind: "unigram", normalisation: "", addsPrefix: true, removesSpace: true };
  let type = 1;
  try {
    fields(bytes, {
      1(reader) {
        const piece = { piece: "", score: 0, kind: normal! };
        fields(reader.bytes(), {
          1: (inner) => (piece.piece = inner.string()),
          2: (inner) => (piece.score = inner.float()),
          3: (inner) => (piece.kind = inner.int32()),
        });
        model.pieces.push(piece);
      },
      2: (reader) => fields(reader.bytes(), { 3: (inner) => (type = inner.int32()), 40: (inner) => (model.unknown = inner.int32()) }),
      3: (reader) =>
        fields(reader.bytes(), {
          2: (inner) => (model.normalisation = Buffer.from(inner.bytes()).toString("base64")),
          3: (inner) => (model.addsPrefix = inner.bool()),
          4: (inner) => (model.removesSpace = inner.bool()),
        }),
    });
  } catch (error) {
    throw broken((error as Error).message);
  }
  if (type !== 1 && type !== 2) throw broken("only unigram and bpe models are supported");
  if (!model.pieces[model.unknown]) throw broken("it has no unknown piece");
  if (model.pieces.some(({ kind }) => kind === byteFallback)) throw broken("pieces of single bytes are not supported");
  return { ...model, kind: type === 1 ? "unigram" : "bpe" };
}

/** Reads the given fields and skips others. */
function fields(bytes: Uint8Array, read: Record<number, (reader: BinaryReader) => unknown>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const field = read[number];
    if (field) field(reader);
    else reader.skip(type, number);
  }
}

/** The model as a `tokenizer.json`, converted as in Transformers. */
function tokenizerOf(model: SentencePieceModel): unknown {
  const { pieces, unknown, kind, normalisation, addsPrefix, removesSpace } = model;
  const normalizers = [
    ...(normalisation ? [{ type: "Precompiled", precompiled_charsmap: normalisation }] : []),
    ...(removesSpace
      ? [
          { type: "Strip", strip_left: true, strip_right: true },
          { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
        ]
      : []),
  ];
  const vocabulary = tableOf(pieces.map(({ piece }, id): [string, number] => [piece, id]));
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: "Sequence", normalizers },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: addsPrefix ? "always" : "never", split: true },
    post_processor: null,
    decoder: null,
    model:
      kind === "unigram"
        ? { type: "Unigram", unk_id: unknown, vocab: pieces.map(({ piece, score }) => [piece, score]), byte_fallback: false }
        : {
            type: "BPE",
            vocab: vocabulary,
            merges: mergesOf(pieces, vocabulary),
            unk_token: pieces[unknown]!.piece,
            fuse_unk: true,
            byte_fallback: false,
          },
  };
}

/** The merges of a model: SentencePiece joins the two pieces that form the piece with the best score, so merges are in this order. */
function mergesOf(pieces: SentencePieceModel["pieces"], vocabulary: Record<string, number>): [string, string][] {
  const joined = pieces
    .filter(({ kind }) => kind === normal || kind === userDefined)
    .flatMap(({ piece, score }) => {
      const characters = Array.from(piece);
      return characters.slice(1).flatMap((_, i) => {
        const [left, right] = [characters.slice(0, i + 1).join(""), characters.slice(i + 1).join("")];
        return left in vocabulary && right in vocabulary ? [{ left, right, score }] : [];
      });
    });
  return joined.sort((a, b) => b.score - a.score || vocabulary[a.left]! - vocabulary[b.left]!).map(({ left, right }) => [left, right]);
}
