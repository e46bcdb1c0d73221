import { readFileSync } from "node:fs";
import { EmptyFileSystem } from "langium";
import { expect, test } from "vitest";
import type { CompletionList } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { createPretrainServices } from "#language/module.ts";
import { atCursor, startEditor } from "./client.ts";

const globs = `corpus c {
  files: ["sample/*.txt", "more/**/*.md"] // all /* of them
  documents: file
}

/* one { "that /* is */
model m { layers: 2 /* "two" */, hidden: 64 }
`;

test("completion works after a pattern with /*, though not in comments", async () => {
  const editor = await startEditor();
  const labels = async (marked: string) => {
    const { text, position } = atCursor(marked);
    await editor.open(`${marked.length}.pretrain`, text);
    const { items } = await editor.request<CompletionList>("textDocument/completion", `${marked.length}.pretrain`, { position });
    return items.map(({ label }) => label);
  };
  expect(await labels('corpus c { files: "sample/*.txt"\n  | }')).toContain("documents");
  expect(await labels('corpus c { files: "sample/*.txt" }\nmodel m { position: | }')).toContain("rotary");
  expect(await labels('corpus c { files: "http://x/*", doc| }')).toContain("documents");
  expect(await labels("corpus c { /* files: |\n } */")).toEqual([]);
  expect(await labels('corpus c { files: "a.txt" // doc|\n }')).toEqual([]);
});

const examples = [globs, ...["every-objective", "shakespeare", "which-objective"].map(read)];

test.each(examples)("at every place of an example there is an answer, and none in a comment", { timeout: 60_000 }, async (text) => {
  const editor = await startEditor();
  const document = TextDocument.create("text:", "pretrain", 1, text);
  await editor.open("a.pretrain", text);
  const comments = commentsIn(text);
  for (let offset = 0; offset <= text.length; offset++) {
    const position = document.positionAt(offset);
    const ask = <T>(method: string) =>
      editor.request<T>(`textDocument/${method}`, "a.pretrain", { position, context: { includeDeclaration: true } });
    const inComment = comments.some(([start, end]) => offset > start && offset < end);
    if (offset % 3 === 0 || inComment !== comments.some(([start, end]) => offset - 1 > start && offset - 1 < end)) {
      const { items } = await ask<CompletionList>("completion");
      if (inComment) expect(items, `${position.line}:${position.character}`).toEqual([]);
    }
    if (offset % 5 === 0)
      await Promise.all([ask("hover"), ask("definition"), ask("references"), ask("documentHighlight"), ask("prepareRename")]);
  }
  for (const method of ["foldingRange", "semanticTokens/full", "documentSymbol", "documentLink", "formatting"])
    await editor.request(`textDocument/${method}`, "a.pretrain", { options: { tabSize: 2, insertSpaces: true } });
  expect(editor.process.exitCode).toBeNull();
});

/** Where the lexer sees comments; a line's goes on to its end. */
function commentsIn(text: string): [number, number][] {
  const { pretrain } = createPretrainServices(EmptyFileSystem);
  return pretrain.parser.Lexer.tokenize(text)
    .hidden.filter(({ tokenType }) => tokenType.name.endsWith("COMMENT"))
    .map(({ startOffset, image }) => [startOffset + 1, startOffset + image.length + (image.startsWith("//") ? 1 : 0)]);
}

function read(name: string): string {
  return readFileSync(new URL(`../../examples/${name}.pretrain`, import.meta.url), "utf8");
}
