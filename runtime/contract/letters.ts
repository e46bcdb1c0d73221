/**
 * The compact letter display of pairwise differences: members that differ share no letter, and every pair that does not differ shares one
 * (Piepho 2004, An algorithm for a letter-based representation of all-pairwise comparisons, section 2: insert and absorb).
 *
 * @param count number of members, in the order in which letters are given
 * @param differ whether two members differ, by their indices
 * @returns the letters of each member, such as `ab`
 */
export function lettersOf(count: number, differ: (one: number, other: number) => boolean): string[] {
  let columns: ReadonlySet<number>[] = [new Set(Array.from({ length: count }, (_, index) => index))];
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      if (differ(one, other)) columns = absorbed(columns.flatMap((column) => split(column, one, other)));
    }
  }
  const ordered = columns.map((column) => [...column].sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]! || (a[1] ?? -1) - (b[1] ?? -1));
  return Array.from({ length: count }, (_, member) =>
    ordered.map((column, index) => (column.includes(member) ? letterAt(index) : "")).join(""),
  );
}

/** A column without two members that differ: one column without each of them. */
function split(column: ReadonlySet<number>, one: number, other: number): ReadonlySet<number>[] {
  if (!column.has(one) || !column.has(other)) return [column];
  return [one, other].map((left) => new Set([...column].filter((member) => member !== left)));
}

/** The columns that no other column contains. */
function absorbed(columns: readonly ReadonlySet<number>[]): ReadonlySet<number>[] {
  return columns.filter(
    (column, index) =>
      !columns.some(
        (other, at) => at !== index && [...column].every((member) => other.has(member)) && (other.size > column.size || at < index),
      ),
  );
}

/** `a` to `z`, then `A` to `Z`, then `a2`, `b2` and so on. */
function letterAt(index: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const round = Math.floor(index / letters.length);
  return letters[index % letters.length]! + (round === 0 ? "" : `${round + 1}`);
}
