import { type Matches, matchingFiles } from "#language/matching-files.ts";
import { believedUntil } from "./believed.ts";

/** Looks up matches of patterns in the background. Until a new search ends, the previous matches hold. */
export interface PatternLookups {
  /** The matches last found; undefined before the first search has ended. Starts a new search if the last one is too old. */
  found(pattern: string): Matches | undefined;
  /** Resolves once no search for the pattern is running. */
  walked(pattern: string): Promise<void>;
  /** Number of searches that found something other than the one before. */
  changes(): number;
  /** Discards the results of searches that have begun. */
  forget(): void;
}

/**
 * @param mayRead whether a path may match, or a folder may be searched
 * @param onFound called after searches whose result differs from the previous one
 */
export function patternLookups(mayRead: (path: string) => boolean, onFound: () => void): PatternLookups {
  const patterns = new Map<string, Pattern>();
  const tell = together(onFound);
  let changes = 0;
  let forgotten = 0;

  return {
    found: (pattern) => patternOf(pattern).found,
    walked: async (pattern) => patternOf(pattern).walk,
    changes: () => changes,
    forget() {
      forgotten++;
      for (const pattern of patterns.values()) pattern.until = 0;
    },
  };

  function patternOf(pattern: string): Pattern {
    const known = patterns.get(pattern) ?? { found: undefined, until: 0, walk: undefined };
    patterns.set(pattern, known);
    if (known.walk === undefined && known.until <= performance.now()) known.walk = lookUp(pattern, known);
    return known;
  }

  async function lookUp(pattern: string, known: Pattern): Promise<void> {
    const start = performance.now();
    const asOf = forgotten;
    const { paths, cut } = await matchingFiles(pattern, mayRead).catch(() => ({ paths: [], cut: false }));
    const found = { paths: paths.filter(mayRead), cut };
    const isNews = !areSame(known.found, found);
    known.found = found;
    known.until = asOf === forgotten ? believedUntil(start) : 0;
    known.walk = undefined;
    if (!isNews) return;
    changes++;
    tell();
  }
}

interface Pattern {
  found: Matches | undefined;
  /** When to search again. */
  until: number;
  /** The running search, if any. */
  walk: Promise<void> | undefined;
}

function areSame(before: Matches | undefined, after: Matches): boolean {
  return before?.cut === after.cut && before.paths.join("\n") === after.paths.join("\n");
}

/** Combines calls within `togetherMilliseconds` into one, because searches tend to end at about the same time. */
function together(call: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      call();
    }, togetherMilliseconds);
  };
}

const togetherMilliseconds = 10;
