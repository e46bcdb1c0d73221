import type { LostInText } from "#runtime/contract/artifacts.ts";
import { lostInWords } from "#runtime/contract/lost-text.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Ref, Spec, TokenizerSpec } from "#runtime/contract/spec.ts";
import { cellsOf } from "../cells.ts";
import { lostByLearned } from "../lost-by-tokenizer.ts";
import type { Files } from "../planning-files.ts";
import { scoresOf } from "../scores-of-objectives.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { type Rule, warning } from "./rule.ts";

/** Bits per byte are ranked only between tokenizers that reproduce the text. Reports tokenizers of comparisons whose settings lose text. */
export const lostText: Rule = ({ spec, files }) =>
  Object.keys(spec.comparisons).flatMap((name) => {
    const used = [...new Set(cellsOf(spec, name).cells.map((cell) => cell.pretrain.tokenizer))];
    if (used.length < 2 || !comparesBits(spec, name)) return [];
    return used.flatMap((tokenizer) => {
      const declared = spec.tokenizers[tokenizer ?? ""];
      const lost = declared ? lostBy(declared, files) : [];
      return declared && lost.length > 0 ? [losing(name, tokenizer!, declared, lost)] : [];
    });
  });

function comparesBits(spec: Spec, name: Ref): boolean {
  return spec.comparisons[name]!.finetune.length === 0 && scoresOf(spec, name).some(({ metrics }) => metrics.includes("bits_per_byte"));
}

/** What a tokenizer loses of a text because of its settings. */
export function lostBy(tokenizer: TokenizerSpec, files: Files): LostInText[] {
  if (tokenizer.kind !== "existing") return lostByLearned(tokenizer);
  const read = readTokenizerFile(tokenizer, files);
  return "wrong" in read ? [] : read.lost;
}

function losing(name: string, tokenizer: Ref, declared: TokenizerSpec, lost: readonly LostInText[]): Problem {
  const folds = declared.kind !== "existing" && lost.length === 1 && lost[0] === "case";
  const remedies = [
    folds ? `omit lowercase in ${tokenizer}` : "use a tokenizer of kind bpe, unigram or bytes, without lowercase",
    "add finetune: { task: … } to compare all cells on one task",
  ];
  const key = declared.kind === "existing" ? "file" : folds ? "lowercase" : "kind";
  return {
    ...warning(
      "text-not-given-back",
      ["tokenizers", tokenizer, key],
      `In ${name}, ${tokenizer} gets no verdict on bits per byte against other tokenizers, because it does not reproduce the text: it loses ${lostInWords(lost)} and thus predicts a different text. ` +
        `To rank it, ${remedies.join(", or ")}.`,
    ),
    ...(folds ? { set: { key: "lowercase", value: "false" } } : {}),
  };
}
