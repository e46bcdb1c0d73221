import { type Matches, matchingFiles } from "#language/matching-files.ts";
import { believedUntil } from "./believed.ts";

/** What patterns match, looked up in the background: until a pattern was looked up again it matches what it matched before. */
export interface PatternLookups {
  /** As last found, undefined before the first walk has ended. Looks again where that was long ago. */
  found(pattern: string): Matches | undefined;
  /** Resolves once no walk for the pattern is under way. */
  walked(pattern: string): Promise<void>;
  /** How often a walk found something else than the one before it. */
  changes(): number;
  /** Believes no walk that has begun. */
  forget(): void;
}

/**
 * @param mayRead what a pattern may match, and the folders that are walked for it
 * @param onFound called after walks that found something else than before
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
  /** When it is looked up again. */
  until: number;
  /** Under way. */
  walk: Promise<void> | undefined;
}

function areSame(before: Matches | undefined, after: Matches): boolean {
  return before?.cut === after.cut && before.paths.join("\n") === after.paths.join("\n");
}

/** Several patterns are mostly found at about the same time: calls within `togetherMilliseconds` are one. */
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
