/** A text, or the first of a pair. */
interface Texts {
  text: string;
  second: string | null;
}

export function questionOf({ text, second }: Texts): string[] {
  return second === null ? [text] : [text, second];
}

export function shownTexts({ text, second }: Texts): string {
  return second === null ? text : `${text} ‖ ${second}`;
}
