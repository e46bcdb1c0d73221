import {
  alternativesOf,
  type Expected,
  keyIn,
  optionNamed,
  type Shape,
  shapeOfDeclaration as shapeOfKind,
  shapeOfOption,
} from "#language/references/expected-value.ts";
import { type DeclarationKind, declarationOf, optionOf } from "#runtime/contract/catalogue/index.ts";

/** A token as the lexer returns it. */
export interface Token {
  /** `AMOUNT`, `ID`, `STRING`, or the keyword itself. */
  type: string;
  text: string;
  /** Counts from 0. */
  line: number;
  column: number;
}

/** What may be written at the end of the text. */
export type Place =
  | { at: "file" }
  /** A key. `before` are the words of the key written so far, `present` the keys of the block. */
  | { at: "key"; shape: Shape; before: string[]; present: string[] }
  /** A value. `several`: a list may begin here. */
  | { at: "value"; type: Expected }
  | { at: "metric" }
  | { at: "nothing" };

/** What may follow the tokens. Reads from left to right by the catalogue alone, so that errors before or after the cursor do not matter. */
export function placeAfter(tokens: readonly Token[], cursorLine: number): Place {
  const stack: Frame[] = [startOfText()];
  for (const [index, token] of tokens.entries()) {
    // a new declaration closes whatever was left open before it
    if (startsDeclaration(token, tokens[index + 1], tokens[index + 2])) stack.splice(0, stack.length, startOfText());
    read(stack, token);
  }
  return placeIn(stack.at(-1)!, tokens.at(-1), cursorLine);
}

function startOfText(): Frame {
  return { in: "file", step: "start", kind: undefined };
}

/** Whether a declaration starts here: at the margin, where no key of a block is written. */
function startsDeclaration(token: Token, name: Token | undefined, form: Token | undefined): boolean {
  return (
    token.column === 0 && kindOf(token) !== undefined && name !== undefined && isWord(name) && (form?.text === "{" || form?.text === "=")
  );
}

type Frame =
  | { in: "file"; step: "start" | "import" | "name" | "named" | "value" | "option"; kind: DeclarationKind | undefined; option?: string }
  | BlockFrame
  | { in: "list"; type: Expected | undefined; last: string | undefined };

interface BlockFrame {
  in: "block";
  shape: Shape | undefined;
  step: "key" | "value" | "after" | "task" | "metric";
  words: string[];
  weighted: boolean;
  present: string[];
  type: Expected | undefined;
  /** The last name in the value. */
  last: string | undefined;
}

function read(stack: Frame[], token: Token): void {
  const frame = stack.at(-1)!;
  if (token.text === "}" || token.text === "]") {
    if (stack.length > 1) stack.pop();
    afterValue(stack.at(-1)!);
  } else if (frame.in === "file") readInFile(stack, frame, token);
  else if (frame.in === "list") readInList(stack, frame, token);
  else readInBlock(stack, frame, token);
}

function readInFile(stack: Frame[], frame: Extract<Frame, { in: "file" }>, token: Token): void {
  const kind = kindOf(token);
  if (token.text === "{") {
    const { option } = frame;
    stack.push(blockFrame(frame.kind && shapeOfDeclaration(frame.kind, option)));
  } else if (token.text === "import") frame.step = "import";
  else if (frame.step === "name") frame.step = "named";
  else if (frame.step === "named" && token.text === "=") frame.step = "value";
  else if (frame.step === "value" && isWord(token)) {
    frame.step = "option";
    frame.option = token.text;
  } else if (kind) Object.assign(frame, { step: "name", kind, option: undefined });
  else frame.step = "start";
}

function readInList(stack: Frame[], frame: Extract<Frame, { in: "list" }>, token: Token): void {
  if (token.text === "{") stack.push(blockFrame(frame.type && shapeOfValue(frame.type, frame.last)));
  else if (token.text === "[") stack.push({ in: "list", type: undefined, last: undefined });
  else frame.last = isWord(token) ? token.text : undefined;
}

function readInBlock(stack: Frame[], frame: BlockFrame, token: Token): void {
  if (token.text === ":") startValue(frame);
  else if (token.text === "[") stack.push({ in: "list", type: frame.type && elementOf(frame.type), last: undefined });
  else if (token.text === "{") stack.push(blockFrame(frame.type && shapeOfValue(frame.type, frame.last)));
  else if (token.text === ",") Object.assign(frame, { step: "key", words: [], weighted: false });
  else if (frame.step === "value") Object.assign(frame, { step: "after", last: token.text });
  else if (frame.step === "after") readAfterValue(frame, token);
  else if (frame.step === "task") frame.step = token.text === "." ? "metric" : "task";
  else if (frame.step === "metric") Object.assign(frame, { step: "key", words: [], weighted: false });
  else if (token.type === "AMOUNT" && frame.words.length === 0) frame.weighted = true;
  else if (token.type !== "AMOUNT") frame.words.push(token.text);
}

/** Reads a token after a value: an expectation continues, anything else begins the next entry. */
function readAfterValue(frame: BlockFrame, token: Token): void {
  const expectation = frame.type && alternativesOf(frame.type).some(({ type }) => type === "expectation");
  if (["<", ">", "="].includes(token.text) && expectation) frame.step = "value";
  else if (token.text === "within" && expectation) return;
  else if (token.text === "on" && expectation) frame.step = "task";
  else if (token.type === "AMOUNT" || token.text === "..") frame.last = undefined;
  else Object.assign(frame, { step: "key", words: [token.text], weighted: false });
}

function startValue(frame: BlockFrame): void {
  const name = frame.words.join(" ");
  frame.step = "value";
  frame.last = undefined;
  frame.present.push(name);
  if (frame.weighted) frame.type = frame.shape?.weighted ? { type: "objective" } : undefined;
  else frame.type = frame.shape && keyIn(frame.shape, name)?.value;
}

function afterValue(frame: Frame): void {
  if (frame.in === "block") frame.step = "after";
  if (frame.in === "file") Object.assign(frame, { step: "start", kind: undefined, option: undefined });
}

function placeIn(frame: Frame, last: Token | undefined, cursorLine: number): Place {
  if (frame.in === "list") return frame.type && isSeparator(last) ? { at: "value", type: frame.type } : nothing;
  if (frame.in === "file") {
    const family = frame.kind && declarationOf(frame.kind).family;
    if (frame.step === "value") return family ? { at: "value", type: { type: "option", family } } : nothing;
    return frame.step === "start" || ((frame.step === "option" || frame.step === "import") && onLaterLine()) ? { at: "file" } : nothing;
  }
  const { shape, step, words, type } = frame;
  if (step === "value") return type ? { at: "value", type } : nothing;
  if (step === "task") return { at: "value", type: { type: "reference", to: ["task", "corpus"] } };
  if (step === "metric") return { at: "metric" };
  if (step === "after" && !onLaterLine() && last?.text !== "}") return nothing;
  return shape ? { at: "key", shape, before: step === "key" ? words : [], present: frame.present } : nothing;

  function onLaterLine(): boolean {
    return last === undefined || last.line < cursorLine;
  }
}

const nothing: Place = { at: "nothing" };

function isSeparator(token: Token | undefined): boolean {
  return token?.text === "[" || token?.text === ",";
}

function blockFrame(shape: Shape | undefined): BlockFrame {
  return { in: "block", shape, step: "key", words: [], weighted: false, present: [], type: undefined, last: undefined };
}

function shapeOfDeclaration(kind: DeclarationKind, option: string | undefined): Shape | undefined {
  const { family } = declarationOf(kind);
  if (!family) return shapeOfKind(kind);
  const found = option === undefined ? undefined : optionOf(family, option);
  return found && shapeOfOption(found, kind);
}

function shapeOfValue(type: Expected, name: string | undefined): Shape | undefined {
  if (name !== undefined) {
    const option = optionNamed(type, name);
    return option && shapeOfOption(option);
  }
  const block = alternativesOf(type).find((each) => each.type === "block");
  return block && { name: "block", keys: block.keys, weighted: false };
}

function elementOf(type: Expected): Expected | undefined {
  const list = type.type === "either" ? type.of.find((each) => each.type === "list") : type;
  return list?.type === "list" ? list.of : undefined;
}

function isWord({ type }: Token): boolean {
  return type !== "AMOUNT" && type !== "STRING" && /^\w/.test(type);
}

const kinds: ReadonlySet<string> = new Set<DeclarationKind>([
  "corpus",
  "tokenizer",
  "model",
  "objective",
  "task",
  "pretrain",
  "finetune",
  "probe",
  "compare",
]);

function kindOf({ text }: Token): DeclarationKind | undefined {
  return kinds.has(text) ? (text as DeclarationKind) : undefined;
}
