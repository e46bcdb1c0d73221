import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LangiumDocument, LangiumDocuments, Lexer } from "langium";
import type { CompletionProvider } from "langium/lsp";
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
  InsertTextFormat,
  type Position,
  type Range,
} from "vscode-languageserver";
import { documentationOf } from "#language/doc-comments.ts";
import { filesSeenFrom } from "#language/references/resolve-imports.ts";
import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import type { PretrainLanguageServices } from "../services.ts";
import { type Place, placeAfter, type Token } from "./completion-place.ts";
import {
  declarationProposals,
  keyProposals,
  metricProposals,
  type Proposal,
  type ProposedName,
  unitProposals,
  valueProposals,
} from "./proposals.ts";

/** Completes the text at the cursor from the catalogue and the visible declarations. */
export class PretrainCompletion implements CompletionProvider {
  readonly completionOptions = { triggerCharacters: [" ", ".", '"', "/"] };
  private readonly lexer: Lexer;
  private readonly documents: LangiumDocuments;
  private readonly snippets: () => boolean;
  private readonly mayRead: (folder: string) => boolean;

  constructor(services: PretrainLanguageServices, snippets: () => boolean, mayRead: (folder: string) => boolean) {
    this.lexer = services.parser.Lexer;
    this.documents = services.shared.workspace.LangiumDocuments;
    this.snippets = snippets;
    this.mayRead = mayRead;
  }

  async getCompletion(document: LangiumDocument, { position }: CompletionParams): Promise<CompletionList> {
    const text = document.textDocument.getText();
    const offset = document.textDocument.offsetAt(position);
    const cursor = cursorIn(this.lexer, text, offset);
    if (cursor.in === "comment") return { items: [], isIncomplete: false };
    const range = { start: document.textDocument.positionAt(cursor.start), end: position };
    const items =
      cursor.in === "string"
        ? await pathItems(document, cursor, range, this.mayRead)
        : this.proposals(document, cursor, position).map((proposal, index) => this.item(proposal, range, index));
    return { items, isIncomplete: false };
  }

  private proposals(document: LangiumDocument, { tokens, in: kind }: Cursor, position: Position): Proposal[] {
    const place = placeAfter(tokens, position.line);
    if (kind === "unit") return place.at === "value" ? unitProposals(place.type) : [];
    switch (place.at) {
      case "file":
        return declarationProposals();
      case "key":
        return keyProposals(place.shape, place.before, place.present);
      case "value":
        return valueProposals(place.type, this.declared(document, position));
      case "metric":
        return metricProposals();
      case "nothing":
        return [];
    }
  }

  /**
   * Declarations that may be named. Those of this file are found by their form, because its text may be incomplete, without the one being
   * written; imported ones are taken from their documents.
   */
  private declared(document: LangiumDocument, position: Position): ProposedName[] {
    const read = filesSeenFrom(document, this.documents).flatMap((file) =>
      file.parseResult.value.declarations
        .filter(({ name, kind }) => name && kind)
        .map((declaration) => {
          const doc = documentationOf(declaration);
          return { kind: declaration.kind, name: declaration.name, ...(doc === undefined ? {} : { doc }) };
        }),
    );
    const names = new Set(read.map(({ name }) => name));
    const written = [...document.textDocument.getText().matchAll(declarationForm)].map(([, kind, name]) => ({
      kind: kind as DeclarationKind,
      name: name!,
    }));
    const before = document.textDocument.getText({ start: { line: 0, character: 0 }, end: position });
    const writing = [...before.matchAll(declarationForm)].at(-1)?.[2];
    return [...read, ...written.filter(({ name }) => !names.has(name))].filter(({ name }) => name !== writing);
  }

  private item({ label, kind, insert, detail, documentation }: Proposal, range: Range, index: number): CompletionItem {
    const snippet = this.snippets();
    return {
      label,
      kind,
      ...(detail ? { detail } : {}),
      ...(documentation === undefined ? {} : { documentation: { kind: "markdown", value: documentation } }),
      // the catalogue's order is more useful than the alphabet
      sortText: String(index).padStart(4, "0"),
      filterText: label,
      insertTextFormat: snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      textEdit: { range, newText: snippet ? insert : withoutPlaces(insert) },
    };
  }
}

const declarationForm = /^(corpus|tokenizer|model|objective|task|pretrain|finetune|probe|compare)[ \t]+([_a-zA-Z][\w-]*)\s*[={]/gm;

function withoutPlaces(snippet: string): string {
  return snippet.replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\d+/g, "");
}

type Cursor =
  | { in: "word" | "unit"; start: number; tokens: Token[] }
  | { in: "string"; start: number; tokens: Token[]; written: string }
  | { in: "comment"; start: number; tokens: Token[] };

/** The tokens before the cursor, and the `start` of the word being written. */
function cursorIn(lexer: Lexer, text: string, offset: number): Cursor {
  const before = text.slice(0, offset);
  const { tokens: all, hidden } = lexer.tokenize(before);
  const tokens = all.map((token) => ({
    type: token.tokenType.name,
    text: token.image,
    line: (token.startLine ?? 1) - 1,
    column: (token.startColumn ?? 1) - 1,
    end: token.startOffset + token.image.length,
    start: token.startOffset,
  }));
  const hiddenToken = hidden.find(({ startOffset, image }) => image.length > 0 && startOffset + image.length === offset);
  if (hiddenToken && isComment(hiddenToken.tokenType.name)) return { in: "comment", start: offset, tokens: [] };
  if (hiddenToken?.tokenType.name === "OPEN_TEXT") {
    const start = hiddenToken.startOffset + 1;
    return { in: "string", start, tokens: tokens.filter((token) => token.end < start), written: hiddenToken.image.slice(1) };
  }
  const last = tokens.at(-1);
  const amount =
    last?.type === "AMOUNT" && /^\s*$/.test(before.slice(last.end)) && !before.slice(last.end).includes("\n") ? last : undefined;
  if (amount && (/\s/.test(amount.text) || amount.end < offset)) {
    const unit = amount.end < offset ? "" : amount.text.replace(/^\S*\s*/, "");
    return { in: "unit", start: offset - unit.length, tokens: tokens.slice(0, -1) };
  }
  const start = offset - wordAtEnd(before).length;
  return { in: "word", start, tokens: tokens.filter((token) => token.end <= start) };
}

/**
 * The word at the end of the text, found by searching backwards. A pattern that ends in `$` would try every position, which takes minutes
 * for a word of 400,000 letters.
 */
function wordAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /[\w-]/.test(text[start - 1]!)) start -= 1;
  return text.slice(start).replace(/^[^_a-zA-Z]+/, "");
}

/** Whether the token is a comment that continues where the text ends. */
function isComment(type: string): boolean {
  return type === "SL_COMMENT" || type === "OPEN_COMMENT" || type === "HASH_COMMENT";
}

/** Files and folders next to the file, one level at a time, for a path or an import. */
async function pathItems(
  document: LangiumDocument,
  { tokens, written, start }: Extract<Cursor, { in: "string" }>,
  { end }: Range,
  mayRead: (folder: string) => boolean,
): Promise<CompletionItem[]> {
  const isImport = tokens.at(-1)?.text === "import";
  const place: Place = placeAfter(tokens, end.line);
  const isPath = place.at === "value" && JSON.stringify(place.type).includes('"path"');
  if (!isImport && !isPath) return [];
  const folder = written.slice(0, written.lastIndexOf("/") + 1);
  const range = { start: document.textDocument.positionAt(start + folder.length), end };
  const inside = join(dirname(document.uri.fsPath), folder);
  if (!mayRead(inside)) return [];
  return (await entriesOf(inside))
    .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || !isImport || entry.name.endsWith(".pretrain")))
    .map((entry) => ({
      label: entry.isDirectory() ? `${entry.name}/` : entry.name,
      kind: entry.isDirectory() ? CompletionItemKind.Folder : CompletionItemKind.File,
      textEdit: { range, newText: entry.isDirectory() ? `${entry.name}/` : entry.name },
    }));
}

/** Entries of a folder; few enough to look through and to send at every keystroke. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const found: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder)) if (found.push(entry) === maxEntries) break;
  } catch {
    // the folder does not exist or cannot be read
  }
  return found.sort((left, right) => (left.name < right.name ? -1 : 1));
}

const maxEntries = 2000;
