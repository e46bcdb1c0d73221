import { listed } from "#runtime/contract/listed.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Architecture, ComparisonSpec, Spec, TokenizerSpec } from "#runtime/contract/spec.ts";
import { cellsOf } from "../cells.ts";
import type { Files } from "../planning-files.ts";
import { architecturesOf, resolveArchitecture } from "../resolve.ts";
import { objectivesDiffer } from "../scores-of-objectives.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { lostBy } from "./lost-text.ts";
import { type Rule, warning } from "./rule.ts";

/** Warnings about differences between cells other than the compared one. */
export const confounds: Rule = ({ spec, files }) =>
  Object.entries(spec.comparisons).flatMap(([name, comparison]) => [
    ...architectures(spec, name),
    ...vocabularies(spec, name, files),
    ...corpora(spec, name, comparison),
    ...perplexities(spec, name, comparison),
  ]);

function architectures(spec: Spec, name: string): Problem[] {
  const { cells } = cellsOf(spec, name);
  const carriers = new Map<Architecture, string[]>();
  for (const { label, pretrain, varied } of cells) {
    const model = spec.models[pretrain.model];
    const architecture = model && resolveArchitecture(spec, model, pretrain.objective);
    if (!architecture || varied.includes("model")) continue;
    carriers.set(architecture, [...(carriers.get(architecture) ?? []), label]);
  }
  if (carriers.size < 2) return [];
  const groups = [...carriers].map(([architecture, labels]) => `${listed(labels)}: ${architecture}`);
  const models = [...new Set(cells.map((cell) => cell.pretrain.model))];
  const shared = architecturesOf(spec, cells[0]!.pretrain.objective).find((architecture) =>
    cells.every((cell) => architecturesOf(spec, cell.pretrain.objective).includes(architecture)),
  );
  const mends = models.length === 1 && shared !== undefined;
  return [
    {
      ...warning(
        "architectures-differ",
        mends ? ["models", models[0]!, "architecture"] : ["comparisons", name, "vary objective"],
        `The cells of ${name} have different architectures (${groups.join("; ")}), so a difference can come from the architecture as well as from the objective. ` +
          "Set the model's architecture, with objectives that all fit it, to compare objectives alone.",
      ),
      ...(mends ? { set: { key: "architecture", value: shared } } : {}),
    },
  ];
}

/** Tokenizers of different sizes cause embeddings of different sizes. */
function vocabularies(spec: Spec, name: string, files: Files): Problem[] {
  const used = [...new Set(cellsOf(spec, name).cells.flatMap((cell) => cell.pretrain.tokenizer ?? []))].filter(
    (each) => spec.tokenizers[each],
  );
  const [first, ...others] = used;
  const loses = used.some((tokenizer) => lostBy(spec.tokenizers[tokenizer]!, files).length > 0);
  const sizeOf = (tokenizer: string) => entriesOf(spec.tokenizers[tokenizer]!, files);
  return others.flatMap((other) => {
    const [requested, found] = [sizeOf(first!), sizeOf(other)];
    if (requested === found) return [];
    const said = (size: number | null) =>
      size === null ? "a number of entries that follows from its kind" : `${size.toLocaleString("en")} entries`;
    return [
      {
        ...warning(
          "vocabularies-differ",
          ["tokenizers", other, "vocabulary"],
          `In ${name}, ${other} has ${said(found)} and ${first} ${said(requested)}: with the tokenizer, the size of the embeddings and the length of the text per token ` +
            `change too. Give both the same number, and compare ${loses ? "" : "bits per byte or "}task scores, not perplexity.`,
        ),
        ...(found === null || requested === null || spec.tokenizers[other]!.kind === "existing"
          ? {}
          : { set: { key: "vocabulary", value: `${requested}` } }),
      },
    ];
  });
}

/** The number of entries of a tokenizer; null if it is unknown before the tokenizer is trained or read. */
function entriesOf(tokenizer: TokenizerSpec, files: Files): number | null {
  if (tokenizer.kind !== "existing") return tokenizer.vocabulary;
  const read = readTokenizerFile(tokenizer, files);
  return "wrong" in read ? null : read.entries + read.added.length;
}

/** A warning if each cell is scored on the held-out text of its own corpus. */
function corpora(spec: Spec, name: string, comparison: ComparisonSpec): Problem[] {
  const { cells } = cellsOf(spec, name);
  if (comparison.finetune.length > 0 || new Set(cells.map((cell) => cell.pretrain.corpus)).size < 2) return [];
  return [
    warning(
      "corpora-differ",
      ["comparisons", name, "vary corpus"],
      "Each cell is scored on the validation text of its own corpus, so a difference can come from easier text. Add finetune: { task: … } to score all cells on the same examples.",
    ),
  ];
}

function perplexities(spec: Spec, name: string, comparison: ComparisonSpec): Problem[] {
  if (comparison.finetune.length > 0 || !objectivesDiffer(spec, name)) return [];
  return [
    warning(
      "perplexities-not-comparable",
      ["comparisons", name],
      `Without finetune, ${name} has only the objectives' own scores. Perplexities and losses of different objectives measure different things and are not ranked. Add finetune: { task: … } to compare how useful the models are.`,
    ),
  ];
}
