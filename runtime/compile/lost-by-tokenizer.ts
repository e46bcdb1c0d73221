import type { LostInText } from "#runtime/contract/artifacts.ts";
import type { LearnedTokenizerSpec } from "#runtime/contract/spec.ts";

/** What a trained tokenizer loses of a text because of its settings. Unknown tokens depend on its corpus and are not included. */
export function lostByLearned({ kind, lowercase }: Pick<LearnedTokenizerSpec, "kind" | "lowercase">): LostInText[] {
  const words = kind === "wordpiece";
  return [...(lowercase ? (["case", ...(words ? (["accents"] as const) : [])] as const) : []), ...(words ? (["spaces"] as const) : [])];
}

type Step = Readonly<Record<string, unknown>>;

/** Normalizers, pre-tokenizers and decoders of the library `tokenizers` that change a text, with what they change. */
const losing: Readonly<Record<string, (step: Step) => LostInText[]>> = {
  Lowercase: () => ["case"],
  StripAccents: () => ["accents"],
  BertNormalizer: ({ lowercase = true, strip_accents: strips }) => [
    ...(lowercase ? (["case"] as const) : []),
    ...((strips ?? lowercase) ? (["accents"] as const) : []),
  ],
  NFD: () => ["forms"],
  NFKC: () => ["forms"],
  NFKD: () => ["forms"],
  // SentencePiece's own normalizers, of which NFKC is the most common
  Precompiled: () => ["forms"],
  BertPreTokenizer: () => ["spaces"],
  Whitespace: () => ["spaces"],
  WhitespaceSplit: () => ["spaces"],
};

/** What a `tokenizer.json` loses of a text because of its settings. */
export function lostByFile({ normalizer, pre_tokenizer: pre }: { normalizer?: unknown; pre_tokenizer?: unknown }): LostInText[] {
  const lost = [...stepsOf(normalizer), ...stepsOf(pre)].flatMap((step) => {
    const of = typeof step.type === "string" && Object.hasOwn(losing, step.type) ? losing[step.type] : undefined;
    return of ? of(step) : [];
  });
  return [...new Set(lost)];
}

/** The step, or all steps of a sequence at any depth. */
function stepsOf(part: unknown): Step[] {
  if (typeof part !== "object" || part === null) return [];
  const { normalizers, pretokenizers } = part as { normalizers?: unknown; pretokenizers?: unknown };
  const inside = [normalizers, pretokenizers].flatMap((steps) => (Array.isArray(steps) ? steps : []));
  return inside.length > 0 ? inside.flatMap(stepsOf) : [part as Step];
}
