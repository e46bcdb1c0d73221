import { HubError } from "#runtime/hub/access.ts";
import { isMecab, isSentencePiece, type MecabTokenizer, sacrebleuDictionary, sacrebleuModel } from "#runtime/hub/sacrebleu.ts";
import { ProblemsError } from "./exit.ts";
import { say } from "./output.ts";

/** Splits each of several texts into words. */
export type WordsOfTexts = (texts: readonly string[]) => Promise<string[][]>;

/** A tokenizer of sacreBLEU that uses a model or dictionary, which is downloaded if it is missing; undefined for rule-based ones. */
export async function downloadedTokenizer(name: unknown): Promise<WordsOfTexts | undefined> {
  if (isMecab(name)) return mecab(name);
  if (!isSentencePiece(name)) return undefined;
  const { SentencePieceError, sentencePieces } = await import("#runtime/tokenizers/sentencepiece.ts");
  return told([HubError, SentencePieceError], async () => {
    const { path, bytes } = await sacrebleuModel(name, (notice) => say(`warning: ${notice}`));
    return sentencePieces(bytes, path);
  });
}

async function mecab(name: MecabTokenizer): Promise<WordsOfTexts> {
  const { MecabError, mecabFiles, mecabWords } = await import("#runtime/tokenizers/mecab.ts");
  const { trim } = await import("#runtime/metrics/white-space.ts");
  return told([HubError, MecabError], async () => {
    const folder = await sacrebleuDictionary(name);
    const wordsOf = mecabWords(mecabFiles(folder), folder);
    return async (texts) => texts.map((text) => wordsOf(trim(text)));
  });
}

/** The outcome. Errors of these kinds are thrown again as `ProblemsError`, for the user. */
async function told<T>(kinds: readonly (new (message: string) => Error)[], make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (kinds.some((kind) => error instanceof kind)) throw new ProblemsError((error as Error).message);
    throw error;
  }
}
