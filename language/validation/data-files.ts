import { basename, dirname } from "node:path";
import { AstUtils } from "langium";
import { didYouMean, nearest } from "#runtime/contract/nearest.ts";
import { isPattern, tooWide } from "../matching-files.ts";
import { absolutePath, absolutePattern, escapedPath, type ReferencedFiles } from "../referenced-files.ts";
import { expectedOf } from "../references/expected-value.ts";
import { fileOf, rangeOfValue } from "../text-ranges.ts";
import { notTrusted } from "../untrusted-path.ts";
import { fittingType } from "../values/fit.ts";
import { readPath } from "../values/read.ts";
import type { Finding, RuleFamily } from "./report-finding.ts";

/** The files that declarations name exist. */
export const dataFiles: RuleFamily = ({ validation }) => ({
  Text(text, report) {
    // files outside the disk (in memory, in a remote repository) cannot be checked
    if (AstUtils.getDocument(text).uri.scheme !== "file") return;
    const expected = expectedOf(text);
    const type = expected && fittingType(expected, text);
    if (type?.type !== "path" || !readPath(text, type).ok) return;
    const folder = dirname(fileOf(text));
    if (/^https?:/.test(text.text)) {
      const message = `${text.text} is a web address, but files are read from disk only. Download the file and give its path, or name a data set of the hub with hub.`;
      report(text, rangeOfValue(text), { code: "missing-file", message });
    } else if (!validation.DataFiles.mayRead(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), { code: "not-trusted", message: notTrusted(text.text) });
    } else if (type.glob) {
      const finding = patternFinding(text.text, folder, validation.DataFiles);
      if (finding) report(text, rangeOfValue(text), finding);
    } else if (type.exists && !validation.DataFiles.isFile(absolutePath(folder, text.text))) {
      report(text, rangeOfValue(text), missingFile(text.text, folder, validation.DataFiles));
    }
  },
});

function patternFinding(pattern: string, folder: string, files: ReferencedFiles): Finding | undefined {
  const matched = files.matches(absolutePattern(folder, pattern));
  if (matched === "too-wide") return { code: "pattern-too-wide", message: tooWide(pattern) };
  if (matched !== "none") return undefined;
  const code = "missing-file";
  const insides = isPattern(pattern) ? [] : ["*", "**/*"].map((inside) => `${pattern.replace(/\/+$/, "")}/${inside}`);
  const inside = insides.find((each) => files.matches(absolutePattern(folder, each)) === "some");
  if (inside !== undefined)
    return { code, message: `${pattern} is a folder; expected files. Name its files: "${inside}".`, fixes: [`"${inside}"`] };
  const near = isPattern(pattern) ? [] : nearFiles(pattern, folder, files);
  const message = `No file matches ${pattern}, relative to ${folder}.${didYouMean(near)}`;
  return { code, message, fixes: near.map((each) => JSON.stringify(each)) };
}

/** The finding for a path that is a folder or does not exist, with similarly named files beside it. */
function missingFile(path: string, folder: string, files: ReferencedFiles): Finding {
  const code = "missing-file";
  const inside = files.found(`${escapedPath(absolutePath(folder, path))}/*`).map((each) => `${path.replace(/\/+$/, "")}/${basename(each)}`);
  if (inside.length > 0) {
    const message = `${path} is a folder; expected a file. Name one of its files, such as ${JSON.stringify(inside[0])}.`;
    return { code, message, fixes: inside.slice(0, 3).map((each) => JSON.stringify(each)) };
  }
  const near = nearFiles(path, folder, files);
  const message = `There is no file ${absolutePath(folder, path)}.${didYouMean(near)}`;
  return { code, message, fixes: near.map((each) => JSON.stringify(each)) };
}

/** Files in the path's folder with a similar name, written in the form of the path. */
function nearFiles(path: string, folder: string, files: ReferencedFiles): string[] {
  const beside = files.found(`${escapedPath(dirname(absolutePath(folder, path)))}/*`).map((each) => basename(each));
  const before = path.slice(0, path.lastIndexOf("/") + 1);
  return nearest(basename(path), beside).map((name) => `${before}${name}`);
}
