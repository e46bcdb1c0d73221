/** What commands of the editor's kind may take: two seconds of the processor's time, and so much more memory than before. */
const [mostSeconds, mostBytes] = [2, 500e6];

/** Tells what was beyond the bounds since now; undefined where nothing was. */
export function boundsFromNow(): () => string | undefined {
  const before = { bytes: process.memoryUsage().rss, time: process.cpuUsage() };
  return () => {
    const { user, system } = process.cpuUsage(before.time);
    const seconds = (user + system) / 1e6;
    const grown = process.memoryUsage().rss - before.bytes;
    if (grown > mostBytes) return `${grown / 1e6} MB more`;
    return seconds > mostSeconds ? `took ${seconds.toFixed(1)} s of the processor's time` : undefined;
  };
}
