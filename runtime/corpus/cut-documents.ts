import type { CorpusSpec } from "#runtime/contract/spec.ts";

/** A piece of a document's text. Only small documents are in memory as a whole. */
export interface DocumentPiece {
  text: string;
  /** True for the last piece of its document; the next piece begins another. */
  last: boolean;
}

/** Cuts the text of one file, which is given in pieces, into documents, including those that are only white space. */
export interface DocumentCutter {
  push(text: string): DocumentPiece[];
  /** Ends the file and returns the remaining pieces. */
  end(): DocumentPiece[];
}

export const documentCutters: { readonly [K in CorpusSpec["documents"]]: () => DocumentCutter } = {
  file: wholeFile,
  line: eachLine,
  paragraph: eachParagraph,
};

function wholeFile(): DocumentCutter {
  return {
    push: (text) => [{ text, last: false }],
    end: () => [{ text: "", last: true }],
  };
}

/** Each line is a document, without its line feed. */
function eachLine(): DocumentCutter {
  return {
    push(text) {
      const lines = text.split("\n");
      const rest = lines.pop() as string;
      const pieces: DocumentPiece[] = lines.map((line) => ({ text: line, last: true }));
      if (rest) pieces.push({ text: rest, last: false });
      return pieces;
    },
    end: () => [{ text: "", last: true }],
  };
}

/** Blank lines separate documents and belong to none; line feeds within a paragraph are kept. */
function eachParagraph(): DocumentCutter {
  let inDocument = false;
  /** The text of the line that has not ended yet; the beginning of a very long line has been returned already. */
  let line = "";
  let inLine = false;

  const piece = (text: string): DocumentPiece => {
    const joined = inDocument && !inLine ? `\n${text}` : text;
    inDocument = true;
    return { text: joined, last: false };
  };
  const lineEnds = (text: string): DocumentPiece[] => {
    const blank = !inLine && text.trim() === "";
    const closes = blank && inDocument;
    const pieces = blank ? [] : [piece(text)];
    inLine = false;
    if (!closes) return pieces;
    inDocument = false;
    return [{ text: "", last: true }];
  };

  return {
    push(text) {
      const lines = (line + text).split("\n");
      line = lines.pop() as string;
      const pieces = lines.flatMap(lineEnds);
      if (line.length > longLine && (inLine || line.trim() !== "")) {
        pieces.push(piece(line));
        inLine = true;
        line = "";
      }
      return pieces;
    },
    end() {
      const pieces = line === "" && !inLine ? [] : lineEnds(line);
      line = "";
      return [...pieces, { text: "", last: true }];
    },
  };
}

const longLine = 1 << 16;
