import { DefaultLexerErrorMessageProvider, LangiumParserErrorMessageProvider } from "langium";

type Mismatch = Parameters<LangiumParserErrorMessageProvider["buildMismatchTokenMessage"]>[0];
type Redundant = Parameters<LangiumParserErrorMessageProvider["buildNotAllInputParsedMessage"]>[0];
type NoAlternative = Parameters<LangiumParserErrorMessageProvider["buildNoViableAltMessage"]>[0];
type EarlyExit = Parameters<LangiumParserErrorMessageProvider["buildEarlyExitMessage"]>[0];
type Token = Mismatch["actual"];

/** What a parser expects, in the words of somebody who writes a file. */
export class PretrainParserMessages extends LangiumParserErrorMessageProvider {
  override buildMismatchTokenMessage({ expected, actual, previous }: Mismatch): string {
    const name = expected.name;
    if (name === "}" || name === "]")
      return `Found ${shown(actual)}, expected ${name} to close what is open, or another ${name === "}" ? "entry" : "element"}.`;
    if (name === ":") {
      const unclosed = actual.image === "{" || actual.image === "=" ? " Is a } missing further up?" : "";
      return `Found ${shown(actual)}, expected : and a value after ${shown(previous)}.${unclosed}`;
    }
    return `Found ${shown(actual)}, expected ${terminals[name] ?? name}.`;
  }

  override buildNotAllInputParsedMessage({ firstRedundant }: Redundant): string {
    return `Found ${shown(firstRedundant)}, expected a declaration such as corpus, tokenizer, model, objective, task, pretrain, finetune or compare.`;
  }

  override buildNoViableAltMessage({ actual, ruleName }: NoAlternative): string {
    return noAlternative(actual[0], ruleName);
  }

  override buildEarlyExitMessage({ actual, ruleName }: EarlyExit): string {
    return noAlternative(actual[0], ruleName);
  }
}

/** What the lexer cannot read. */
export class PretrainLexerMessages extends DefaultLexerErrorMessageProvider {
  override buildUnexpectedCharactersMessage(fullText: string, startOffset: number, length: number): string {
    const text = fullText.slice(startOffset, startOffset + length);
    return `Found ${text.trim()}, which has no meaning here. Texts with such characters stand in quotes.`;
  }
}

/** A text that goes on to the end of its line. */
export function openText(text: string): string {
  const quote = text.charAt(0);
  const escaped = text.slice(1).includes(`\\${quote}`)
    ? ` Behind \\ the sign ${quote} belongs to the text; in paths write / or \\\\ for \\.`
    : "";
  return `The text that starts here has no closing ${quote} on its line.${escaped}`;
}

export const openComment = "The comment that starts here has no end */.";
export const hashComment = "Found #; comments begin with // or stand between /* and */.";

const terminals: Readonly<Record<string, string>> = { AMOUNT: "a number", ID: "a name", STRING: "a text in quotes" };

const alternatives: Readonly<Record<string, string>> = {
  Declaration: "{ … } or = after the name",
  Entry: "an entry such as key: value",
  Value: "a value: a name, a number, a text in quotes, a list [ … ] or a block { … }",
  Claim: "a value: a name, a number, a text in quotes, a list [ … ] or a block { … }",
  Operand: "a name or a number",
  Word: "a name",
};

/** Langium ends the names of its rules with a zero-width space. */
function noAlternative(token: Token | undefined, ruleName: string): string {
  return `Found ${shown(token)}, expected ${alternatives[ruleName.replaceAll("\u200B", "")] ?? "something else"}.`;
}

function shown(token: Token | undefined): string {
  if (token === undefined || token.tokenType.name === "EOF") return "the end of the file";
  return token.image === "" ? "nothing" : token.image;
}
