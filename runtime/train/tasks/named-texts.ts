/** Raffel et al. 2020, appendix D: `premise: … hypothesis: …`. Parts without a text are left out; a text alone has no name. */
export function namedTexts(...parts: [name: string | null, text: string | null][]): string {
  const given = parts.filter(([, text]) => text !== null);
  return given.length === 1 ? given[0]![1]! : given.map(([name, text]) => `${name}: ${text}`).join(" ");
}
