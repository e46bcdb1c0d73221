import { sizeOf } from "../files.ts";
import { error, percent, type Rule } from "./rule.ts";

/** The splits of a corpus leave something to train on, and its patterns find text. */
export const corpora: Rule = ({ spec, files }) =>
  Object.entries(spec.corpora).flatMap(([name, corpus]) => {
    const { validation, test } = corpus.split;
    const missing = corpus.files.flatMap((pattern, index) =>
      files.glob(pattern).length > 0
        ? []
        : [
            error(
              "missing-file",
              ["corpora", name, "files", index],
              `No file matches ${pattern}. Name text files by a path or a pattern beside this file.`,
            ),
          ],
    );
    const empty =
      missing.length === 0 && sizeOf(corpus.files, files) === 0
        ? [error("empty-corpus", ["corpora", name, "files"], `The files of ${name} are empty. Name files with text in them.`)]
        : [];
    const split =
      validation + test < 1 - 1e-9
        ? []
        : [
            error(
              "split-too-large",
              ["corpora", name, "split"],
              `Validation (${percent(validation)}) and test (${percent(test)}) leave nothing of ${name} to train on. Together they must stay below 100%.`,
            ),
          ];
    return [...missing, ...empty, ...split];
  });
