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
    if (/^https?:/.test(text.text)) {
      const message = `${text.text} is an address, and nothing is read from the network here. Download the file and name it, or name a data set of the hub with hub.`;
      report(text, rangeOfValue(text), { code: "missing-file", message });
    } else if (type.glob && !validation.DataFiles.matchesAny(absolutePattern(folder, text.text))) {
      const inside = `${text.text.replace(/\/$/, "")}/*`;
      const isFolder = validation.DataFiles.matchesAny(absolutePattern(folder, inside));
      const finding = isFolder
        ? { message: `${text.text} is a folder; name its files: "${inside}".`, fixes: [`"${inside}"`] }
        : { message: `No file matches ${text.text}, seen from ${folder}.` };
      report(text, rangeOfValue(text), { code: "missing-file", ...finding });
    } else if (type.exists && !validation.DataFiles.isFile(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "missing-file", message: `There is no file ${absolutePath(folder, text.text)}.` });
    }
  },
});
