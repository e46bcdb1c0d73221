/** A doc comment as a title and the paragraphs that follow: its first sentence, and all else. */
export interface TitledText {
  title: string;
  paragraphs: string[];
}

/** Lines of a paragraph are one line: where they were broken says nothing. */
export function titled(doc: string): TitledText {
  const [first = "", ...others] = doc
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
  const title = firstSentence(first);
  const rest = first.slice(title.length).trim();
  return { title, paragraphs: [...(rest === "" ? [] : [rest]), ...others] };
}

/** As ICU parts sentences: a point within `e.g. this` or `3.5` ends none. */
function firstSentence(paragraph: string): string {
  const [sentence] = new Intl.Segmenter("en", { granularity: "sentence" }).segment(paragraph);
  return sentence?.segment.trim() ?? "";
}
