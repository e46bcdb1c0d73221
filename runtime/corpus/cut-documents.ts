import type { CorpusSpec } from "#runtime/contract/spec.ts";

/** Part of a document's text. Documents are never whole in memory unless they are small. */
export interface DocumentPiece {
  text: string;
  /** True for the last piece of its document; the next piece begins another. */
  last: boolean;
}

/** Cuts the text of one file, given piece by piece, into documents. Documents of white space alone come out too. */
export interface DocumentCutter {
  push(text: string): DocumentPiece[];
  /** The file has ended. */
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

/** The line feed belongs to no document. */
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

/** Lines that are blank part the documents and belong to none; the line feeds inside a paragraph stay. */
function eachParagraph(): DocumentCutter {
  let inDocument = false;
  /** A line that has not ended yet: its text, or, of a very long one, that its beginning is out already. */
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
