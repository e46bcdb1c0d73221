import { dirname } from "node:path";
import { AstUtils } from "langium";
import { absolutePath, absolutePattern, type DataFiles } from "../files.ts";
import { isPattern, tooWide } from "../matching-files.ts";
import { fileOf, rangeOfValue } from "../places.ts";
import { expectedOf } from "../references/expected.ts";
import { notTrusted } from "../trust.ts";
import { fittingType } from "../values/fit.ts";
import { readPath } from "../values/read.ts";
import type { Finding, RuleFamily } from "./report.ts";

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
    } else if (!validation.DataFiles.mayRead(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "not-trusted", message: notTrusted(text.text) });
    } else if (type.glob) {
      const finding = patternFinding(text.text, folder, validation.DataFiles);
      if (finding) report(text, rangeOfValue(text), finding);
    } else if (type.exists && !validation.DataFiles.isFile(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "missing-file", message: `There is no file ${absolutePath(folder, text.text)}.` });
    }
  },
});

function patternFinding(pattern: string, folder: string, files: DataFiles): Finding | undefined {
  const matched = files.matches(absolutePattern(folder, pattern));
  if (matched === "too-wide") return { code: "pattern-too-wide", message: tooWide(pattern) };
  if (matched !== "none") return undefined;
  const inside = `${pattern.replace(/\/$/, "")}/*`;
  const isFolder = !isPattern(pattern) && files.matches(absolutePattern(folder, inside)) === "some";
  return isFolder
    ? { code: "missing-file", message: `${pattern} is a folder; name its files: "${inside}".`, fixes: [`"${inside}"`] }
    : { code: "missing-file", message: `No file matches ${pattern}, seen from ${folder}.` };
}
