/**
 * Limits for commands that an editor issues: two seconds of wall-clock time (or of processor time, if other work keeps the machine busy),
 * and this much additional memory.
 */
const [maxSeconds, maxBytes] = [2, 500e6];

/** Starts measuring. The result reports what exceeded the bounds; undefined if nothing did. */
export function boundsFromNow(): () => string | undefined {
  const before = { bytes: process.memoryUsage().rss, time: process.cpuUsage(), clock: performance.now() };
  return () => {
    const { user, system } = process.cpuUsage(before.time);
    const seconds = Math.min((user + system) / 1e6, (performance.now() - before.clock) / 1e3);
    const grown = process.memoryUsage().rss - before.bytes;
    if (grown > maxBytes) return `${grown / 1e6} MB more`;
    return seconds > maxSeconds ? `took ${seconds.toFixed(1)} s` : undefined;
  };
}
