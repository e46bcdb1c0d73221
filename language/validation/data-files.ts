import { dirname } from "node:path";
import { AstUtils } from "langium";
import { absolutePath, absolutePattern } from "../files.ts";
import { fileOf, rangeOfValue } from "../places.ts";
import { expectedOf } from "../references/expected.ts";
import { fittingType } from "../values/fit.ts";
import { readPath } from "../values/read.ts";
import type { RuleFamily } from "./report.ts";

/** The files that declarations name are there. */
export const dataFiles: RuleFamily = ({ validation }) => ({
  Text(text, report) {
    // what is on no disk (a file system in memory, a repository far away) cannot be looked at
    if (AstUtils.getDocument(text).uri.scheme !== "file") return;
    const expected = expectedOf(text);
    const type = expected && fittingType(expected, text);
    if (type?.type !== "path" || !readPath(text, type).ok) return;
    const folder = dirname(fileOf(text));
    if (type.glob && !validation.DataFiles.matchesAny(absolutePattern(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "missing-file", message: `No file matches ${text.text}, seen from ${folder}.` });
    } else if (type.exists && !validation.DataFiles.isFile(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "missing-file", message: `There is no file ${absolutePath(folder, text.text)}.` });
    }
  },
});
