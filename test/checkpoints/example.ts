import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf } from "./folders.ts";

/** Words, and letters to build others of: 96 entries, as the reference models have. */
const letters = "abcdefghijklmnopqrstuvwxyz".split("");
const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...letters, ...letters.map((letter) => `##${letter}`)];
const vocabulary = [...words, ...Array.from({ length: 96 - words.length }, (_, i) => `word${i}`)];

/** A reference model with BERT's tokenizer beside it, in a folder `checkpoint` of this one. */
export function checkpointIn(folder: string, name = "bert-masked-lm", path = join(folder, "checkpoint")): string {
  cpSync(folderOf(name), path, { recursive: true });
  writeFileSync(join(path, "vocab.txt"), `${vocabulary.join("\n")}\n`);
  return path;
}
