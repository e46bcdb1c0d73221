import { basename, dirname } from "node:path";
import { AstUtils, type LangiumDocument, UriUtils } from "langium";
import { didYouMean, nearest } from "#runtime/contract/nearest.ts";
import type { File, Import } from "../generated/ast.ts";
import { escapedPath, type ReferencedFiles } from "../referenced-files.ts";
import { filesSeenFrom, importedUri, isPretrainFile, loadedDocument } from "../references/resolve-imports.ts";
import { rangeOfProperty } from "../text-ranges.ts";
import { notTrusted } from "../untrusted-path.ts";
import { badEscape, writtenText } from "../values/escapes.ts";
import type { Finding, RuleFamily } from "./report-finding.ts";

/** Imported files exist, are imported once, do not import each other in a cycle, and do not declare a name twice. */
export const imports: RuleFamily = ({ shared, validation }) => {
  const documents = shared.workspace.LangiumDocuments;
  return {
    File(file, report) {
      const document = AstUtils.getDocument(file) as LangiumDocument<File>;
      const seen: LangiumDocument<File>[] = [];
      for (const statement of file.imports.filter((each) => each.path !== undefined)) {
        const bad = badEscape(writtenText(statement) ?? "", true);
        if (bad) {
          report(statement, rangeOfProperty(statement, "path"), { code: "unknown-escape", ...bad });
          continue;
        }
        const imported = loadedDocument(document, statement, documents);
        const finding = imported ? findingOf(document, statement, imported, seen) : notThere(document, statement, validation.DataFiles);
        if (finding) report(statement, rangeOfProperty(statement, "path"), finding);
        if (imported) seen.push(imported);
      }
    },
  };

  function findingOf(
    document: LangiumDocument<File>,
    statement: Import,
    imported: LangiumDocument<File>,
    before: LangiumDocument<File>[],
  ): Finding | undefined {
    const reached = filesSeenFrom(imported, documents);
    if (reached.includes(document)) {
      const self = imported === document;
      const message = self
        ? "The file imports itself. Leave this import out."
        : `${statement.path} imports this file, directly or through others. Move shared declarations into a third file.`;
      return { code: "import-cycle", message };
    }
    if (before.includes(imported))
      return { code: "repeated-import", message: `${statement.path} is imported twice. Leave this import out.` };
    return conflict(statement, reached, new Set(before.flatMap((each) => filesSeenFrom(each, documents))));
  }
};

function notThere(document: LangiumDocument, statement: Import, files: ReferencedFiles): Finding {
  if (statement.path.trim() === "")
    return { code: "unresolved-import", message: "The import names no file. Write a path in the quotes, relative to this file's folder." };
  const uri = importedUri(document, statement);
  if (uri && !isPretrainFile(uri)) {
    return {
      code: "unresolved-import",
      message: `${statement.path} is not a .pretrain file; only .pretrain files can be imported.`,
      fixes: [`"${statement.path}.pretrain"`],
    };
  }
  if (uri && !files.mayRead(uri.fsPath)) return { code: "not-trusted", message: notTrusted(statement.path) };
  const beside = uri ? files.found(`${escapedPath(dirname(uri.fsPath))}/*.pretrain`).map((each) => basename(each)) : [];
  const before = statement.path.slice(0, statement.path.lastIndexOf("/") + 1);
  const near = nearest(basename(statement.path), beside).map((name) => `${before}${name}`);
  const what = `There is no file ${statement.path} beside this one, or it cannot be read.`;
  return {
    code: "unresolved-import",
    message: `${what}${didYouMean(near)} Check the path; it is relative to this file's folder.`,
    fixes: near.map((each) => JSON.stringify(each)),
  };
}

function conflict(
  statement: Import,
  reached: readonly LangiumDocument<File>[],
  before: ReadonlySet<LangiumDocument<File>>,
): Finding | undefined {
  const taken = new Map([...before].flatMap((file) => file.parseResult.value.declarations.map((each) => [each.name, file] as const)));
  for (const file of reached.filter((each) => !before.has(each))) {
    for (const { name } of file.parseResult.value.declarations) {
      const other = taken.get(name);
      if (other) {
        const message = `${statement.path} declares ${name}, which ${UriUtils.basename(other.uri)} declares too. Rename one of the two.`;
        return { code: "duplicate-name", message };
      }
    }
  }
  return undefined;
}
