/** The log-likelihoods of the acceptable and the unacceptable sentence of a pair, in nats. */
interface ScoredPair {
  group: string | null;
  good: number;
  bad: number;
}

/**
 * The share of pairs whose acceptable sentence is more probable; ties count half. If pairs have groups, also the share for each, as
 * `accuracy.GROUP`.
 * @see Warstadt et al. 2020, BLiMP, section 4.1
 */
export function scorePairs(pairs: readonly ScoredPair[]): { metric: string; value: number; n: number }[] {
  const groups = new Map<string, ScoredPair[]>();
  for (const pair of pairs) if (pair.group !== null) groups.set(pair.group, [...(groups.get(pair.group) ?? []), pair]);
  const score = (metric: string, of: readonly ScoredPair[]) => ({ metric, value: shareOf(of), n: of.length });
  return [score("accuracy", pairs), ...Array.from(groups, ([group, of]) => score(`accuracy.${group}`, of))];
}

function shareOf(pairs: readonly ScoredPair[]): number {
  const points = pairs.map(({ good, bad }) => (good > bad ? 1 : good === bad ? 0.5 : 0));
  return points.reduce<number>((sum, each) => sum + each, 0) / pairs.length;
}
