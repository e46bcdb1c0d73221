import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";

/** Which of some texts a written one is: their tokens, as a tokenizer need not give back a text letter for letter. */
export async function labelRecogniser(
  known: readonly string[],
  tokenizer: Tokenizer,
): Promise<(ids: readonly number[]) => number | undefined> {
  const places = new Map((await tokenizer.encodeBatch(known)).map((ids, place) => [ids.join(" "), place]));
  return (ids) => places.get(ids.join(" "));
}
