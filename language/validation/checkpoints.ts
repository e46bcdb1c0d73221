import { type DeclarationKind, declarationOf } from "#runtime/contract/catalogue/index.ts";
import { keyText } from "../references/expected-value.ts";
import { blockOf, entryOf, layersOf, settingValues } from "../setting-layers.ts";
import { rangeOfKey } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** A key that names something existing. Keys that change how it is used may accompany it; keys that determined how it was made may not. */
interface Existing {
  key: string;
  code: string;
  mayStandBeside(key: string): boolean;
  message(key: string): string;
}

const fixedBy = (what: string) => (key: string) => `${key} is fixed by the ${what} and cannot be chosen here. Leave it out.`;

const existing: Partial<Record<DeclarationKind, readonly Existing[]>> = {
  model: [
    {
      key: "checkpoint",
      code: "size-beside-checkpoint",
      mayStandBeside: (key) => ["checkpoint", "extends", "context", "dropout", "recompute"].includes(key),
      message: fixedBy("checkpoint"),
    },
    {
      key: "family",
      code: "choice-beside-family",
      mayStandBeside: (key) =>
        ["family", "checkpoint", "extends", "layers", "hidden", "heads", "feed_forward", "context", "dropout", "recompute"].includes(key),
      message: (key) =>
        `${key} is fixed by the family and cannot be chosen here. Leave it out, or leave family out and set every choice yourself.`,
    },
  ],
  tokenizer: [
    {
      key: "file",
      code: "setting-beside-file",
      mayStandBeside: (key) => ["file", "extends", "sentinels"].includes(key),
      message: fixedBy("tokenizer file"),
    },
  ],
  corpus: [
    {
      key: "hub",
      code: "files-beside-hub",
      mayStandBeside: (key) => key !== "files",
      message: () => "The hub's data set brings its own files. Leave files out, or select some of the data set's files with data_files.",
    },
  ],
};

/**
 * A model has either a checkpoint or sizes, the latter with choices or a family. A tokenizer is trained or comes from a file. A corpus has
 * files or is a data set of the hub.
 */
export const checkpointKeys: RuleFamily = () => ({
  Declaration(declaration, report) {
    const known = existing[declaration.kind as DeclarationKind];
    const layers = layersOf(declaration);
    const block = blockOf(declaration);
    if (declaration.kind === "corpus" && settingValues(layers, "hub").length === 0) {
      const entry = block && entryOf(block, "data_files");
      const message = "data_files selects files of a data set of the hub, but hub is missing. Add hub, or name local files with files.";
      if (entry) report(entry, rangeOfKey(entry), { code: "data-files-without-hub", message });
    }
    for (const { key: name, code, mayStandBeside, message } of known ?? []) {
      if (settingValues(layers, name).length === 0) continue;
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
