/*
 * How the quotes of a table fall: a field in quotes may hold what parts columns, line feeds, and quotes that are doubled (RFC 4180). The
 * library that reads tables tells where it stopped; a person needs the place where the quote opens.
 */

/** Places count from 1, in characters. */
export interface QuoteFault {
  line: number;
  column: number;
  message: string;
}

export interface QuoteScanner {
  /** The first fault, once it is known. */
  push(piece: string): QuoteFault | undefined;
  /** At the end of the text; a quote may still be open. */
  end(): QuoteFault | undefined;
  /** Whether all whole records so far have the same number of fields. */
  isEven(): boolean;
  /** Whether a quoted field contained a doubled quote. */
  hasDoubled(): boolean;
}

/** A row of more characters is none: a quote was opened and not closed. */
export const longestRow = 1 << 26;

/** @param delimiter what parts the columns */
export function quoteScanner(delimiter: string): QuoteScanner {
  let state: "outside" | "inside" | "after" = "outside";
  let [line, column] = [1, 1];
  let opened = { line, column };
  let [isFieldStart, matched, fields, characters] = [true, 0, 1, 0];
  let width: number | undefined;
  let [even, doubled] = [true, false];
  let fault: QuoteFault | undefined;

  const endField = () => {
    [state, isFieldStart, matched] = ["outside", true, 0];
    fields++;
  };
  const endRecord = () => {
    if (characters > 0) {
      width ??= fields;
      even &&= fields === width;
    }
    [state, isFieldStart, matched, fields, characters] = ["outside", true, 0, 1, 0];
  };
  const outside = (character: string) => {
    if (character === '"') {
      if (isFieldStart) [state, opened] = ["inside", { line, column }];
      else fault = { line, column, message: `the quotes do not match: this one is inside a field without quotes; ${remedy}` };
    } else if (character === "\n") endRecord();
    else if (character === delimiter[matched]) {
      if (++matched === delimiter.length) endField();
    } else [isFieldStart, matched] = [false, character === delimiter[0] ? 1 : 0];
  };
  const afterQuote = (character: string) => {
    if (character === '"' && matched === 0) [state, doubled] = ["inside", true];
    else if (character === "\n" && matched === 0) endRecord();
    else if (character === delimiter[matched]) {
      if (++matched === delimiter.length) endField();
    } else
      fault = {
        ...opened,
        message: `the quotes do not match: the one that opens here closes at ${line}:${column - 1}, before the end of the field; ${remedy}`,
      };
  };
  const isTooLong = () => {
    fault = {
      ...(state === "inside" ? opened : { line, column: 1 }),
      message: `a row of more than ${longestRow} characters; does a quote not close?`,
    };
  };

  return {
    push(piece) {
      for (const character of piece) {
        if (fault) return fault;
        if (state === "inside") {
          if (character === '"') [state, matched] = ["after", 0];
        } else if (state === "after") afterQuote(character);
        else outside(character);
        if (character === "\n") [line, column] = [line + 1, 1];
        else column++;
        if (character !== "\n" || state === "inside") characters++;
        if (characters > longestRow) isTooLong();
      }
      return fault;
    },
    end() {
      if (!fault && state === "inside") {
        fault = { ...opened, message: `the quotes do not match: the one that opens here never closes; ${remedy}` };
      } else if (!fault) endRecord();
      return fault;
    },
    isEven: () => even,
    hasDoubled: () => doubled,
  };
}

const remedy = 'write a field that contains quotes in quotes, and double those in it ("")';

/**
 * Tab-separated files usually quote nothing and hold bare quotes (GLUE's do); some quote like CSV (what pandas writes does). True where
 * all quotes are those of CSV and something shows that they are meant so: a doubled quote, a whole quoted column, or rows that have the
 * same number of fields only when they are read so.
 * @param text whole, or a beginning of whole lines
 */
export function isQuoted(text: string, delimiter: string): boolean {
  if (!text.includes('"')) return false;
  const scanner = quoteScanner(delimiter);
  if (scanner.push(text) || !scanner.isEven()) return false;
  if (scanner.hasDoubled()) return true;
  const [header, ...rows] = text
    .split("\n")
    .filter((row) => row.trim() !== "")
    .map((row) => row.split(delimiter));
  if (rows.some((row) => row.length !== header?.length)) return true;
  return rows[0]?.some((_, column) => rows.every((row) => row[column]?.startsWith('"'))) === true;
}
