import type { Vocabulary } from "#runtime/objectives/objective.ts";
import { ownPostProcessor, type TokenizerJson } from "./tokenizer-json.ts";

/** The special-token template for a text and for a pair of texts. */
export interface Frame {
  single: readonly FramePiece[];
  pair: readonly FramePiece[];
}

/** An element of a template: a special token, or the first or second text, with its token type. */
export type FramePiece = ({ id: number } | { text: 0 | 1 }) & { type: number };

/** The default template: `<s> text </s>`, `<s> text </s> text </s>`. Devlin et al. 2019, section 3. */
export function usualFrame({ begin, end }: Pick<Vocabulary, "begin" | "end">): Frame {
  const [first, second] = [
    { text: 0, type: 0 },
    { text: 1, type: 1 },
  ] as const;
  const single = [{ id: begin, type: 0 }, first, { id: end, type: 0 }];
  return { single, pair: [...single, second, { id: end, type: 1 }] };
}

/** The special-token template of a published tokenizer, with which its model was trained; the default one if it has none. */
export function frameOf(json: TokenizerJson, vocabulary: Pick<Vocabulary, "begin" | "end">): Frame {
  if (JSON.stringify(json.post_processor) === JSON.stringify(ownPostProcessor)) return usualFrame(vocabulary);
  return processed(json.post_processor as PostProcessor | null) ?? usualFrame(vocabulary);
}

/** The kinds of post-processors of the library `tokenizers` that add tokens; others only change offsets. */
type PostProcessor =
  | { type: "BertProcessing" | "RobertaProcessing"; cls: [string, number]; sep: [string, number] }
  | { type: "TemplateProcessing"; single: TemplatePiece[]; pair: TemplatePiece[]; special_tokens: Record<string, { ids: number[] }> }
  | { type: "Sequence"; processors: PostProcessor[] }
  | { type: "ByteLevel" };

type TemplatePiece = { SpecialToken: { id: string; type_id: number } } | { Sequence: { id: "A" | "B"; type_id: number } };

function processed(processor: PostProcessor | null): Frame | undefined {
  switch (processor?.type) {
    case "BertProcessing":
      return usualFrame({ begin: processor.cls[1], end: processor.sep[1] });
    case "RobertaProcessing": {
      const [begin, end] = [
        { id: processor.cls[1], type: 0 },
        { id: processor.sep[1], type: 0 },
      ];
      const single: FramePiece[] = [begin, { text: 0, type: 0 }, end];
      return { single, pair: [...single, end, { text: 1, type: 0 }, end] };
    }
    case "TemplateProcessing": {
      const { single, pair, special_tokens: special } = processor;
      if (Object.keys(special).length === 0) return undefined;
      const piecesOf = (template: readonly TemplatePiece[]) =>
        template.flatMap((piece): FramePiece[] =>
          "Sequence" in piece
            ? [{ text: piece.Sequence.id === "A" ? 0 : 1, type: piece.Sequence.type_id }]
            : special[piece.SpecialToken.id]!.ids.map((id) => ({ id, type: piece.SpecialToken.type_id })),
        );
      return { single: piecesOf(single), pair: piecesOf(pair) };
    }
    case "Sequence":
      return processor.processors.map(processed).find((frame) => frame !== undefined);
    default:
      return undefined;
  }
}

/** A text or a pair of texts, with its special tokens. */
export interface FramedText {
  ids: number[];
  /** Token types. */
  types: number[];
}

/** Applies a template. If there is too little room, the longer text is truncated first (Devlin et al. 2019, released code). */
export function framed(texts: readonly ArrayLike<number>[], frame: Frame, room: number): FramedText {
  const lengths = texts.map((ids) => ids.length);
  for (let over = framedLength(texts, frame) - room; over > 0 && lengths.some((length) => length > 0); over--) {
    lengths[lengths.indexOf(Math.max(...lengths))]!--;
  }
  const framedText: FramedText = { ids: [], types: [] };
  for (const piece of piecesOf(texts, frame)) {
    const ids = "id" in piece ? [piece.id] : Array.from(texts[piece.text]!).slice(0, lengths[piece.text]);
    framedText.ids.push(...ids);
    framedText.types.push(...ids.map(() => piece.type));
  }
  return framedText;
}

export function framedLength(texts: readonly ArrayLike<number>[], frame: Frame): number {
  return texts.reduce((sum, ids) => sum + ids.length, piecesOf(texts, frame).length - texts.length);
}

function piecesOf(texts: readonly ArrayLike<number>[], { single, pair }: Frame): readonly FramePiece[] {
  return texts.length === 1 ? single : pair;
}
