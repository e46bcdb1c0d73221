import type { Split } from "#runtime/contract/spec.ts";
import type { QuestionExample } from "#runtime/tasks/example.ts";
import { type FramedText, framed, framedLength } from "#runtime/tokenizers/frame.ts";
import type { ExampleReading } from "../../labelled-texts.ts";

/** A question and a part of the context in the frame of a pair. */
export interface AnswerWindow extends FramedText {
  /** Index of the question. */
  example: number;
  /** Position of the first context token. */
  first: number;
  /** What each context token is a part of: a stretch of the context's text. */
  units: TextUnit[];
  /** The position that means no answer: the first, or in a decoder, where that one has read nothing, the last. */
  silence: number;
  /** Positions of the answer; both `silence` where the window does not hold it. */
  start: number;
  end: number;
}

/** UTF-16 code units of the context. */
export interface TextUnit {
  from: number;
  to: number;
}

interface WindowReading extends ExampleReading {
  model: { architecture: string };
  stride: number | null;
}

/**
 * Windows over each question's context. Devlin et al. 2019 (released code) read long contexts so, and cut the question where it
 * leaves too little room; here it may take half.
 */
export async function readWindows(
  examples: readonly QuestionExample[],
  split: Split,
  { tokenizer, frame, context, counted, model, stride }: WindowReading,
): Promise<AnswerWindow[]> {
  const templateLength = framedLength([[], []], frame);
  const before = frame.pair.findIndex((piece) => "text" in piece && piece.text === 1) - 1;
  const questions = await tokenizer.encodeBatch(examples.map(({ question }) => question));
  const contexts = new Map<string, ContextTokens>();
  for (const text of new Set(examples.map((example) => example.context))) contexts.set(text, await tokensOf(text, tokenizer));
  const windows: AnswerWindow[] = [];
  let [cut, long] = [0, 0];
  for (const [example, { context: text, answers }] of examples.entries()) {
    const longest = Math.floor((context - templateLength) / 2);
    const question = Array.from(questions[example]!).slice(0, longest);
    if (questions[example]!.length > longest) cut++;
    const { ids, units } = contexts.get(text)!;
    const room = context - question.length - templateLength;
    const step = Math.min(room, stride ?? Math.ceil(room / 2));
    const answer = answers[0] && tokensIn(units, answers[0].start, answers[0].start + answers[0].text.length);
    if (ids.length > room) long++;
    for (let from = 0; ; from += step) {
      const own = ids.slice(from, from + room);
      const read = framed([question, own], frame, context);
      const first = question.length + before;
      const silence = model.architecture === "decoder" ? read.ids.length - 1 : 0;
      const holds = answer !== undefined && answer.start >= from && answer.end < from + own.length;
      windows.push({
        example,
        ...read,
        first,
        units: units.slice(from, from + room),
        silence,
        start: holds ? first + answer.start - from : silence,
        end: holds ? first + answer.end - from : silence,
      });
      if (from + room >= ids.length) break;
    }
  }
  const all = examples.length;
  counted(
    "cut questions",
    split,
    { some: cut, all },
    (counts) =>
      `${counts} questions are longer than half of the context of ${context} tokens and were cut to it; a longer context reads them whole`,
  );
  counted(
    "long contexts",
    split,
    { some: long, all },
    (counts) => `${counts} contexts do not fit into ${context} tokens and are read in several windows`,
  );
  return windows;
}

interface ContextTokens {
  ids: number[];
  units: TextUnit[];
}

/**
 * Tokens and the stretch of text of each. Words, numbers and marks are encoded one by one with the space before them, which is how
 * pre-tokenizers split a text; every token of a word represents the whole word.
 */
async function tokensOf(text: string, tokenizer: ExampleReading["tokenizer"]): Promise<ContextTokens> {
  const units = [...text.matchAll(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[\p{L}\p{M}]+|\p{N}+|\S/gu)].map(
    ({ 0: unit, index }) => ({ from: index, to: index + unit.length }),
  );
  const encoded = await tokenizer.encodeBatch(
    units.map(({ from, to }) => (from > 0 && /\s/u.test(text[from - 1]!) ? ` ${text.slice(from, to)}` : text.slice(from, to))),
  );
  const tokens = encoded.map((pieces) => (pieces.length === 0 ? [tokenizer.vocabulary.unknown] : Array.from(pieces)));
  return { ids: tokens.flat(), units: units.flatMap((unit, i) => tokens[i]!.map(() => unit)) };
}

/** The tokens of all stretches that a part of the text touches. */
function tokensIn(units: readonly TextUnit[], from: number, to: number): { start: number; end: number } | undefined {
  const start = units.findIndex((unit) => unit.to > from);
  const end = units.findLastIndex((unit) => unit.from < to);
  return start >= 0 && end >= start ? { start, end } : undefined;
}
