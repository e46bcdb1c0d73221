import { DefaultLexerErrorMessageProvider, LangiumParserErrorMessageProvider } from "langium";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { didYouMean, nearest } from "#runtime/contract/nearest.ts";

type Mismatch = Parameters<LangiumParserErrorMessageProvider["buildMismatchTokenMessage"]>[0];
type Redundant = Parameters<LangiumParserErrorMessageProvider["buildNotAllInputParsedMessage"]>[0];
type NoAlternative = Parameters<LangiumParserErrorMessageProvider["buildNoViableAltMessage"]>[0];
type EarlyExit = Parameters<LangiumParserErrorMessageProvider["buildEarlyExitMessage"]>[0];
type Token = Mismatch["actual"];

/** Messages for what a parser expected, in the terms of someone who writes a file. */
export class PretrainParserMessages extends LangiumParserErrorMessageProvider {
  override buildMismatchTokenMessage({ expected, actual, previous }: Mismatch): string {
    const name = expected.name;
    if (name === "}" && actual.tokenType.name === "STRING") {
      return `Found ${shown(actual)}, expected a key without quotes: ${actual.image.slice(1, -1)}. Write several values as a list: [a, b].`;
    }
    if (name === "}" || name === "]")
      return `Found ${shown(actual)}, expected ${name} to close the open bracket, or another ${name === "}" ? "entry" : "element"}.`;
    if (name === ":") {
      const unclosed = actual.image === "{" || actual.image === "=" ? " Is a } missing further up?" : "";
      const setting = actual.image === "=" ? `: settings are written ${shown(previous)}: value` : "";
      return `Found ${shown(actual)}, expected : and a value after ${shown(previous)}${setting}.${unclosed}`;
    }
    if (name === "on" || name === ".")
      return `Found ${shown(actual)}, expected on and a score: an expectation is written a > b on task.metric.`;
    if (name === "EOF") return noDeclaration(actual);
    if (name === "ID" && actual.image === ":" && kinds.includes(previous.image))
      return `Found :, expected a name: a declaration is written ${previous.image} name { … } or ${previous.image} name = option { … }.`;
    return `Found ${shown(actual)}, expected ${terminals[name] ?? name}.`;
  }

  override buildNotAllInputParsedMessage({ firstRedundant }: Redundant): string {
    return noDeclaration(firstRedundant);
  }

  override buildNoViableAltMessage({ actual, ruleName }: NoAlternative): string {
    return noAlternative(actual[0], ruleName);
  }

  override buildEarlyExitMessage({ actual, ruleName }: EarlyExit): string {
    return noAlternative(actual[0], ruleName);
  }
}

/** Messages for characters that the lexer cannot read. */
export class PretrainLexerMessages extends DefaultLexerErrorMessageProvider {
  override buildUnexpectedCharactersMessage(fullText: string, startOffset: number, length: number): string {
    const text = fullText.slice(startOffset, startOffset + length);
    const [found = ""] = text.trim();
    return `Found ${text.trim()}, which has no meaning here. ${insteadOf[found] ?? "Put a text with such characters in quotes."}`;
  }
}

/** Characters with a meaning in other languages, and what to write instead. */
const insteadOf: Readonly<Record<string, string>> = {
  "(": "Write settings in braces: adamw { learning_rate: 1e-3 }.",
  ")": "Write settings in braces: adamw { learning_rate: 1e-3 }.",
  ";": "Remove it: an entry ends with its line or with a comma.",
  $: "The language has no variables; write the value, or extend a declaration that has it.",
  "*": "The language does not compute; write the result.",
  "+": "The language does not compute; write the result.",
  "/": "The language does not compute; put a path in quotes.",
  "-": "Write a list as [a, b]; an entry starts with its key.",
  "\\": "Put a path in quotes, with / between its parts.",
  "%": "A percent sign follows a number: 15%.",
  "!": "Write false for no; an expectation has >, < or =.",
  "&": "To inherit settings, write extends: name.",
  "~": "Put a path in quotes; it is relative to this file's folder.",
  "`": 'Put a text in quotes: "…".',
  "“": 'Put a text in straight quotes: "…".',
  "”": 'Put a text in straight quotes: "…".',
  "‘": 'Put a text in straight quotes: "…".',
  "’": 'Put a text in straight quotes: "…".',
  "«": 'Put a text in straight quotes: "…".',
};

const kinds: readonly string[] = catalogue.declarations.map(({ kind }) => kind);

function noDeclaration(token: Token): string {
  if (token.image === "import") return "Found import after a declaration; expected imports first. Move it above all declarations.";
  const form = kinds.includes(token.image) ? "" : didYouMean(nearest(token.image, [...kinds, "import"]));
  return `Found ${shown(token)}, expected a declaration such as corpus, tokenizer, model, objective, task, pretrain, finetune or compare.${form}`;
}

/** The message for a text without a closing quote. */
export function openText(text: string): string {
  const quote = text.charAt(0);
  const escaped = text.slice(1).includes(`\\${quote}`)
    ? ` After \\, the character ${quote} belongs to the text; in paths, write / or \\\\ for \\.`
    : "";
  return `The text that starts here has no closing ${quote} on its line.${escaped}`;
}

export const openComment = "The comment that starts here has no end */.";
export const hashComment = "Found #; expected a comment that begins with // or is enclosed in /* and */.";

const terminals: Readonly<Record<string, string>> = { AMOUNT: "a number", ID: "a name", STRING: "a text in quotes" };

const alternatives: Readonly<Record<string, string>> = {
  Declaration: "{ … } or = after the name",
  Entry: "an entry such as key: value",
  Value: "a value: a name, a number, a text in quotes, a list [ … ] or a block { … }",
  Claim: "a value: a name, a number, a text in quotes, a list [ … ] or a block { … }",
  Operand: "a name or a number",
  Word: "a name",
};

/** The message for a token that starts nothing the rule allows. Langium appends a zero-width space to the names of its rules. */
function noAlternative(token: Token | undefined, ruleName: string): string {
  const rule = ruleName.replaceAll("\u200B", "");
  const claim = rule === "Operand" && token?.image === "=" ? " An expectation is written a > b, a < b or a = b." : "";
  return `Found ${shown(token)}, expected ${alternatives[rule] ?? "something else"}.${claim}`;
}

function shown(token: Token | undefined): string {
  if (token === undefined || token.tokenType.name === "EOF") return "the end of the file";
  return token.image === "" ? "nothing" : token.image;
}
