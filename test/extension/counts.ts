/** How tests ended. */
export interface Counts {
  passed: number;
  failed: number;
  /** Left out, because the machine lacks what they need or a step before them failed. */
  skipped: number;
}

export function sumOf(counts: readonly Counts[]): Counts {
  const sum = (of: keyof Counts) => counts.reduce((total, each) => total + each[of], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The last line of a report, as `.ci/run` reads it. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
