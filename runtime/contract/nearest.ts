import { distance } from "fastest-levenshtein";
import { meantBy } from "./catalogue/aliases.ts";

/** The names most likely meant by `name`: its equivalents from other programs, else names of similar spelling. */
export function nearest(name: string, names: readonly string[]): string[] {
  const meant = meantBy(name, names);
  return meant.length > 0 ? meant.slice(0, 3) : nearlySpelled(name, names);
}

/**
 * Names of similar spelling or with this beginning, nearest first, at most three. At most a third of the letters differ, or two in a short
 * name, and never all letters of the candidate.
 */
function nearlySpelled(name: string, names: readonly string[]): string[] {
  const max = Math.max(2, Math.floor(name.length / 3));
  return [...new Set(names)]
    .map((candidate) => ({ candidate, letters: lettersBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, letters }) => letters <= max && letters < candidate.length)
    .sort((a, b) => a.letters - b.letters)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function lettersBetween(name: string, candidate: string): number {
  return name.length > 1 && candidate.startsWith(name) ? 1 : distance(name, candidate);
}

/** ` Did you mean x?`, or an empty text without a candidate. */
export function didYouMean([first]: readonly string[]): string {
  return first === undefined ? "" : ` Did you mean ${first}?`;
}
