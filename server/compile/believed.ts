/** A cached answer of the disk with its expiry time, in milliseconds of `performance.now()`. */
export interface Believed<T> {
  value: T;
  until: number;
}

/** The cached answer for the key, looked up again if it has expired. */
export function believedOr<T>(known: Map<string, Believed<T>>, key: string, look: () => T): T {
  const start = performance.now();
  const found = known.get(key);
  if (found && found.until > start) return found.value;
  const value = look();
  known.set(key, { value, until: believedUntil(start) });
  return value;
}

/**
 * The expiry time of an answer: half a second from now, or later if it took long since `start`, so that lookups take a small part of the
 * time.
 */
export function believedUntil(start: number): number {
  const end = performance.now();
  return end + Math.max(believed, 50 * (end - start));
}

const believed = 500;
