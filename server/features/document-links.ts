import { dirname } from "node:path";
import { AstUtils, type LangiumDocument, URI } from "langium";
import type { DocumentLinkProvider } from "langium/lsp";
import type { DocumentLink } from "vscode-languageserver";
import { type File, isText, type Text } from "#language/generated/ast.ts";
import { absolutePath, absolutePattern } from "#language/referenced-files.ts";
import { expectedOf } from "#language/references/expected-value.ts";
import { importedUri } from "#language/references/resolve-imports.ts";
import { rangeOfProperty } from "#language/text-ranges.ts";
import { fittingType } from "#language/values/fit.ts";
import type { WatchedFiles } from "../compile/watched-files.ts";
import type { Range } from "../protocol.ts";

/** Links imports and paths to their files, and a pattern to the first file that it matches. */
export class PretrainLinks implements DocumentLinkProvider {
  private readonly files: WatchedFiles;

  constructor(files: WatchedFiles) {
    this.files = files;
  }

  async getDocumentLinks(document: LangiumDocument): Promise<DocumentLink[]> {
    const file = (document as LangiumDocument<File>).parseResult.value;
    const imports = file.imports.flatMap((statement) => {
      const target = importedUri(document, statement);
      const range = rangeOfProperty(statement, "path");
      return target && range && this.files.isFile(target.fsPath) ? [{ range: inQuotes(range), target: target.toString() }] : [];
    });
    const folder = dirname(document.uri.fsPath);
    const texts = AstUtils.streamAllContents(file).filter(isText).toArray();
    const named = texts.flatMap((text) => namedIn(text, folder));
    await this.files.looked(named.flatMap(({ pattern }) => pattern ?? []));
    return [...imports, ...named.flatMap((each) => this.linkOf(each))];
  }

  private linkOf({ text, pattern, path }: NamedFiles): DocumentLink[] {
    if (!text.$cstNode) return [];
    const found = pattern === undefined ? [path] : this.files.glob(pattern);
    const [first] = found;
    if (first === undefined || !this.files.isFile(first)) return [];
    const tooltip = found.length > 1 ? { tooltip: `The first of ${found.length.toLocaleString("en-US")} files` } : {};
    return [{ range: inQuotes(text.$cstNode.range), target: URI.file(first).toString(), ...tooltip }];
  }
}

/** A path in a text, as an absolute pattern if the place accepts one. */
interface NamedFiles {
  text: Text;
  path: string;
  pattern: string | undefined;
}

function namedIn(text: Text, folder: string): NamedFiles[] {
  const expected = expectedOf(text);
  const type = expected && fittingType(expected, text);
  if (type?.type !== "path" || text.text.trim() === "") return [];
  return [{ text, path: absolutePath(folder, text.text), pattern: type.glob ? absolutePattern(folder, text.text) : undefined }];
}

function inQuotes({ start, end }: Range): Range {
  return { start: { ...start, character: start.character + 1 }, end: { ...end, character: end.character - 1 } };
}
