import { nearest } from "#runtime/contract/nearest.ts";

/** The end of a message about an unknown name: `; did you mean clm?`, or the names that exist. */
export function suggestion(name: string, names: readonly string[]): string {
  const [found] = nearest(name, names);
  if (found !== undefined) return `; did you mean ${found}?`;
  return names.length === 0 ? "" : `; there is ${names.join(", ")}`;
}
