import { DefaultLexer, DefaultTokenBuilder, type LexerResult, type TokenizeOptions } from "langium";
import { hashComment, openComment, openText } from "./syntax-messages.ts";

type Token = LexerResult["tokens"][number];

/** What the lexer cannot read, and what to write instead. */
export type LexicalMistake = LexerResult["errors"][number] & { fixes?: string[] };

/**
 * How large a text may be. Files that people write are far below; without bounds a data file that was opened by mistake
 * would stop the editor, and brackets in brackets the parser, which goes down into each.
 */
export const bounds = { characters: 500_000, tokens: 30_000, nesting: 32, mistakes: 100 } as const;

/** The language's tokens, within bounds, and the mistakes that are seen in single characters. */
export class PretrainLexer extends DefaultLexer {
  override tokenize(text: string, options?: TokenizeOptions): LexerResult {
    const unreadable = mistakeInWhole(text);
    if (unreadable) return { tokens: [], hidden: [], errors: [unreadable] };
    const { tokens: all, hidden, errors, ...rest } = super.tokenize(text, options);
    const grouped = thousands(all);
    const tokens = grouped.tokens;
    const mistakes = [...errors, ...hidden.flatMap(mistakeOf), ...grouped.mistakes]
      .sort((a, b) => a.offset - b.offset)
      .slice(0, bounds.mistakes);
    const beyond = firstBeyond(tokens);
    if (beyond === undefined) return { tokens, hidden, errors: mistakes, ...rest };
    const end = tokens[beyond.index]!.startOffset;
    return {
      tokens: tokens.slice(0, beyond.index),
      hidden: hidden.filter(({ startOffset }) => startOffset < end),
      errors: [...mistakes.filter(({ offset }) => offset < end), at(tokens[beyond.index]!, beyond.message)],
      ...rest,
    };
  }
}

/**
 * Beside the grammar's tokens what is never right: a text or a comment without an end, a comment of another language. As
 * tokens they are read once, from left to right, and whoever asks whether a place is in a text or in a comment has the
 * same answer as the parser.
 */
export class PretrainTokenBuilder extends DefaultTokenBuilder {
  protected override buildTerminalTokens(rules: Parameters<DefaultTokenBuilder["buildTerminalTokens"]>[0]) {
    return [
      ...super.buildTerminalTokens(rules),
      ...Object.entries(neverRight).map(([name, PATTERN]) => ({ name, PATTERN, GROUP: "hidden" })),
    ];
  }
}

const neverRight = {
  OPEN_TEXT: /"[^"\\\n]*(\\.[^"\\\n]*)*\\?|'[^'\\\n]*(\\.[^'\\\n]*)*\\?/,
  OPEN_COMMENT: /\/\*[\s\S]*/,
  HASH_COMMENT: /#[^\n\r]*/,
};

function mistakeInWhole(text: string): LexicalMistake | undefined {
  if (text.length > bounds.characters) {
    const most = bounds.characters.toLocaleString("en-US");
    return atStart(
      `The file has more than ${most} characters and is not read. Data stand in files of their own, which a .pretrain file names.`,
    );
  }
  if (text.startsWith("\uFFFD\uFFFD") || text.slice(0, 200).includes("\0")) {
    return atStart("The file is no text in UTF-8. Save it as UTF-8; in VS Code the encoding stands in the status bar.");
  }
  return undefined;
}

function mistakeOf(token: Token): LexicalMistake[] {
  switch (token.tokenType.name) {
    case "OPEN_TEXT":
      return [{ ...at(token, openText(token.image)), length: 1 }];
    case "OPEN_COMMENT":
      return [{ ...at(token, openComment), length: 2 }];
    case "HASH_COMMENT":
      return [{ ...at(token, hashComment), length: 1, fixes: ["//"] }];
    default:
      return [];
  }
}

/** `600,000 tokens`: in a list it would be two numbers, elsewhere nothing follows a comma like this. */
function thousands(tokens: Token[]): { tokens: Token[]; mistakes: LexicalMistake[] } {
  const behind = new Set<Token>();
  const found: LexicalMistake[] = [];
  const open: string[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.image === "{" || token.image === "[") open.push(token.image);
    else if (token.image === "}" || token.image === "]") open.pop();
    if (open.at(-1) === "[" || !/^\d{1,3}$/.test(token.image)) continue;
    let last = index;
    while (tokens[last + 1]?.image === "," && isGroup(tokens[last]!, tokens[last + 1]!, tokens[last + 2])) last += 2;
    if (last === index || tokens[last + 1]?.image === ":") continue;
    const written = tokens.slice(index, last + 1).map(({ image }) => image);
    // a decimal comma
    const number = token.image === "0" ? written.join("").replace(",", ".") : written.filter((image) => image !== ",").join("");
    const message = `Found ${written.join("")}, a number with commas. Write ${number}.`;
    found.push({ ...at(token, message), length: written.join("").length, fixes: [number] });
    for (const each of tokens.slice(index + 1, last + 1)) behind.add(each);
    index = last;
  }
  return { tokens: behind.size === 0 ? tokens : tokens.filter((token) => !behind.has(token)), mistakes: found };
}

function isGroup(before: Token, comma: Token, after: Token | undefined): boolean {
  const joined = comma.startOffset === before.startOffset + before.image.length && after?.startOffset === comma.startOffset + 1;
  return joined && /^\d{3}(?!\w)/.test(after.image);
}

/** The first token that is nested too deep, or is one too many. */
function firstBeyond(tokens: readonly Token[]): { index: number; message: string } | undefined {
  let depth = 0;
  for (const [index, { image }] of tokens.entries()) {
    if (index === bounds.tokens) {
      const most = bounds.tokens.toLocaleString("en-US");
      return {
        index,
        message: `The file has more than ${most} words and signs; what follows is not read. Divide it into files that import each other.`,
      };
    }
    if (image === "{" || image === "[") depth++;
    else if ((image === "}" || image === "]") && depth > 0) depth--;
    if (depth > bounds.nesting) {
      return { index, message: `Nested deeper than ${bounds.nesting} brackets; what follows is not read. Is a } or ] missing further up?` };
    }
  }
  return undefined;
}

function at({ startOffset, startLine, startColumn, image }: Token, message: string): LexicalMistake {
  return { offset: startOffset, line: startLine ?? 1, column: startColumn ?? 1, length: image.length, message };
}

function atStart(message: string): LexicalMistake {
  return { offset: 0, line: 1, column: 1, length: 0, message };
}
