/** An answer of the disk, and until when it is believed, in milliseconds of `performance.now()`. */
export interface Believed<T> {
  value: T;
  until: number;
}

/** The answer under the key, looked up again where the last one is no longer believed. */
export function believedOr<T>(known: Map<string, Believed<T>>, key: string, look: () => T): T {
  const start = performance.now();
  const found = known.get(key);
  if (found && found.until > start) return found.value;
  const value = look();
  known.set(key, { value, until: believedUntil(start) });
  return value;
}

/** Half a second from now; longer after an answer that took long since `start`, so that asking takes a small part of the time. */
export function believedUntil(start: number): number {
  const end = performance.now();
  return end + Math.max(believed, 50 * (end - start));
}

const believed = 500;
