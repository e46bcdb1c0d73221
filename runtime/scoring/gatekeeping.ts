/** The p-values of one family of tests; null: no test is possible. */
type Family = readonly (number | null)[];

/** What a test may spend, and what it found. */
export interface Gated {
  /** Level of the test: the difference counts as found if its p is at most this. The intervals of a family at these levels hold together. */
  level: number;
  /** Whether it was found. */
  found: boolean;
  /** The p-value adjusted for all families: the smallest overall level at which the difference would be found. */
  adjusted: number;
}

/** Share of the level that a family keeps for itself; the rest goes to the families after it. */
const share = 0.8;

/**
 * Parallel gatekeeping (Dmitrienko, Offen and Westfall 2003, section 3; as a graph, Bretz, Maurer, Brannath and Posch 2009): the probability
 * of any false difference in all families together stays below `level`. Each family begins with a share of the level, which its tests divide
 * equally (Bonferroni); a test that finds a difference passes its own level on to the next family. So families are in the order of their
 * importance, but no family waits for another.
 *
 * Bonferroni's correction within a family, unlike Holm's, belongs to intervals: those at the levels of one family contain all of its true
 * values with a probability of at least 1 − `level`, and exclude zero exactly where a difference is found.
 */
export function gatekeep(families: readonly Family[], level: number): (Gated | null)[][] {
  const levels = levelsOf(families, level);
  return families.map((family, index) =>
    family.map((p) => (p === null ? null : { level: levels[index]!, found: p <= levels[index]!, adjusted: adjustedP(families, index, p) })),
  );
}

/** The level of each test of each family, at an overall level. */
function levelsOf(families: readonly Family[], level: number): number[] {
  const levels: number[] = families.map(() => 0);
  const testable = families.flatMap((family, index) => (family.some((p) => p !== null) ? [index] : []));
  let rest = level;
  let passedOn = 0;
  testable.forEach((index, position) => {
    const own = position === testable.length - 1 ? rest : rest * share;
    rest -= own;
    const tests = families[index]!.filter((p) => p !== null);
    const each = (own + passedOn) / tests.length;
    levels[index] = each;
    passedOn = each * tests.filter((p) => p <= each).length;
  });
  return levels;
}

/** The smallest overall level at which a test of a family finds a difference. A higher overall level never finds less. */
function adjustedP(families: readonly Family[], index: number, p: number): number {
  const finds = (overall: number) => p <= levelsOf(families, overall)[index]!;
  if (!finds(1)) return 1;
  let [low, high] = [Math.log(smallestP), 0];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (finds(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

const smallestP = 1e-15;
