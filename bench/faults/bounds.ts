/**
 * What commands of the editor's kind may take: two seconds by the clock or, where other work keeps the machine busy, of the processor's
 * time; and so much more memory than before.
 */
const [mostSeconds, mostBytes] = [2, 500e6];

/** Tells what was beyond the bounds since now; undefined where nothing was. */
export function boundsFromNow(): () => string | undefined {
  const before = { bytes: process.memoryUsage().rss, time: process.cpuUsage(), clock: performance.now() };
  return () => {
    const { user, system } = process.cpuUsage(before.time);
    const seconds = Math.min((user + system) / 1e6, (performance.now() - before.clock) / 1e3);
    const grown = process.memoryUsage().rss - before.bytes;
    if (grown > mostBytes) return `${grown / 1e6} MB more`;
    return seconds > mostSeconds ? `took ${seconds.toFixed(1)} s` : undefined;
  };
}
