/** Words as a list in a sentence: `a`, `a and b`, `a, b and c`; `nothing` if there are none. */
export function listed(words: readonly string[], last = "and"): string {
  return words.length < 2 ? (words[0] ?? "nothing") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
