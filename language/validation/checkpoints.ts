import { type DeclarationKind, declarationOf } from "#runtime/contract/catalogue/index.ts";
import { rangeOfKey } from "../places.ts";
import { keyText } from "../references/expected.ts";
import { blockOf, entryOf, layersOf, valuesOf } from "../settings.ts";
import type { RuleFamily } from "./report.ts";

/** What exists is named by a key; beside it may stand how it is used, and nothing that it was made with. */
interface Existing {
  key: string;
  code: string;
  mayStandBeside(key: string): boolean;
  message(key: string): string;
}

const madeWith = (what: string) => (key: string) => `${key} is what the ${what} was made with and cannot be chosen here. Leave it out.`;

const existing: Partial<Record<DeclarationKind, readonly Existing[]>> = {
  model: [
    {
      key: "checkpoint",
      code: "size-beside-checkpoint",
      mayStandBeside: (key) => ["checkpoint", "extends", "context", "dropout", "recompute"].includes(key),
      message: madeWith("checkpoint"),
    },
    {
      key: "family",
      code: "choice-beside-family",
      mayStandBeside: (key) =>
        ["family", "checkpoint", "extends", "layers", "hidden", "heads", "feed_forward", "context", "dropout", "recompute"].includes(key),
      message: (key) =>
        `${key} is as the family has it and cannot be chosen here. Leave it out, or leave family out and choose all by yourself.`,
    },
  ],
  tokenizer: [
    {
      key: "file",
      code: "setting-beside-file",
      mayStandBeside: (key) => ["file", "extends", "sentinels"].includes(key),
      message: madeWith("tokenizer of the file"),
    },
  ],
  corpus: [
    {
      key: "hub",
      code: "files-beside-hub",
      mayStandBeside: (key) => key !== "files",
      message: () => "The files are those of the data set of the hub. Leave files out, or name some of them with data_files.",
    },
  ],
};

/** A model has sizes, with choices or a family, or a checkpoint; a tokenizer is trained or a file, a corpus has files or is a data set of the hub. */
export const checkpoints: RuleFamily = () => ({
  Declaration(declaration, report) {
    const known = existing[declaration.kind as DeclarationKind];
    const layers = layersOf(declaration);
    const block = blockOf(declaration);
    if (declaration.kind === "corpus" && valuesOf(layers, "hub").length === 0) {
      const entry = block && entryOf(block, "data_files");
      const message = "data_files are files of a data set of the hub, and none is named. Write hub, or name the files with files.";
      if (entry) report(entry, rangeOfKey(entry), { code: "data-files-without-hub", message });
    }
    for (const { key: name, code, mayStandBeside, message } of known ?? []) {
      if (valuesOf(layers, name).length === 0) continue;
      const own = block && entryOf(block, name);
      for (const layer of own ? layers : block ? [block] : []) {
        for (const entry of layer.entries) {
          const key = keyText(entry);
          if (mayStandBeside(key) || !declarationOf(declaration.kind).keys.some((other) => other.name === key)) continue;
          const isHere = layer === block;
          const at = isHere ? entry : own!;
          report(at, rangeOfKey(at), { code, message: message(key) });
        }
      }
    }
  },
});
