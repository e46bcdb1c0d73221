import { closest, distance } from "fastest-levenshtein";
import { meantBy } from "#runtime/contract/catalogue/aliases.ts";

/** The name that was probably meant; undefined if none is similar. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const [meant] = meantBy(name, names);
  if (meant !== undefined) return meant;
  const found = closest(name.toLowerCase(), names);
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 3) ? found : undefined;
}

/** The end of a message about an unknown name: `; did you mean clm?`, or the names that exist. */
export function suggestion(name: string, names: readonly string[]): string {
  const found = nearestName(name, names);
  if (found !== undefined) return `; did you mean ${found}?`;
  return names.length === 0 ? "" : `; there is ${names.join(", ")}`;
}
