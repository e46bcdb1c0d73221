/** A doc comment as a title, which is its first sentence, and the paragraphs that follow. */
export interface TitledText {
  title: string;
  paragraphs: string[];
}

/** Separates the title of a doc comment from the rest. The lines of each paragraph are joined. */
export function titled(doc: string): TitledText {
  const [first = "", ...others] = doc
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
  const title = firstSentence(first);
  const rest = first.slice(title.length).trim();
  return { title, paragraphs: [...(rest === "" ? [] : [rest]), ...others] };
}

/** The first sentence according to ICU, in which a point within `e.g. this` or `3.5` ends no sentence. */
function firstSentence(paragraph: string): string {
  const [sentence] = new Intl.Segmenter("en", { granularity: "sentence" }).segment(paragraph);
  return sentence?.segment.trim() ?? "";
}
