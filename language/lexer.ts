import { DefaultLexer, DefaultTokenBuilder, type LexerResult, type TokenizeOptions } from "langium";
import { hashComment, openComment, openText } from "./syntax-messages.ts";

type Token = LexerResult["tokens"][number];

/** Text that the lexer cannot read, with replacements if any are known. */
export type LexicalMistake = LexerResult["errors"][number] & { fixes?: string[] };

/**
 * Limits for the size of a text. Files that people write are far smaller. Without limits, a data file opened by mistake would block the
 * editor, and deep nesting would overflow the recursive parser.
 */
export const bounds = { characters: 500_000, tokens: 30_000, nesting: 32, mistakes: 100 } as const;

/** Produces the language's tokens within `bounds`, and reports mistakes that single characters show. */
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
 * Adds tokens for what is always wrong: texts and comments without an end, and comments of other languages. Because they are tokens, the
 * lexer reads them once from left to right, and every other program agrees with the parser on whether a place is inside a text or a
 * comment.
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
    const max = bounds.characters.toLocaleString("en-US");
    return atStart(
      `The file has more than ${max} characters and was not read. Keep data in separate files and name them in the .pretrain file.`,
    );
  }
  if (text.startsWith("\uFFFD\uFFFD") || text.slice(0, 200).includes("\0")) {
    return atStart("The file is not UTF-8 text. Save it as UTF-8; in VS Code, click the encoding in the status bar.");
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

/**
 * Finds numbers written with commas, such as `600,000 tokens`. In a list the parser would read two numbers; elsewhere no comma may follow.
 */
function thousands(tokens: Token[]): { tokens: Token[]; mistakes: LexicalMistake[] } {
  const joined = new Set<Token>();
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
    const message = `Found ${written.join("")}, a number with commas. Expected a number without them: write ${number}.`;
    found.push({ ...at(token, message), length: written.join("").length, fixes: [number] });
    for (const each of tokens.slice(index + 1, last + 1)) joined.add(each);
    index = last;
  }
  return { tokens: joined.size === 0 ? tokens : tokens.filter((token) => !joined.has(token)), mistakes: found };
}

function isGroup(before: Token, comma: Token, after: Token | undefined): boolean {
  const joined = comma.startOffset === before.startOffset + before.image.length && after?.startOffset === comma.startOffset + 1;
  return joined && /^\d{3}(?!\w)/.test(after.image);
}

/** Finds the first token that is nested too deeply or exceeds the number of tokens. */
function firstBeyond(tokens: readonly Token[]): { index: number; message: string } | undefined {
  let depth = 0;
  for (const [index, { image }] of tokens.entries()) {
    if (index === bounds.tokens) {
      const max = bounds.tokens.toLocaleString("en-US");
      return {
        index,
        message: `The file has more than ${max} words and symbols; the rest was not read. Split it into files and import them.`,
      };
    }
    if (image === "{" || image === "[") depth++;
    else if ((image === "}" || image === "]") && depth > 0) depth--;
    if (depth > bounds.nesting) {
      return { index, message: `Nested deeper than ${bounds.nesting} brackets; the rest was not read. Is a } or ] missing further up?` };
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
