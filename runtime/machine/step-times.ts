/* How long steps take. Times are in milliseconds of the monotonic clock. */

/** Duration of each call, of calls one after another for about so many seconds, and of so many at least. */
export async function callTimes(call: () => Promise<unknown>, { seconds, least }: { seconds: number; least: number }): Promise<number[]> {
  const times: number[] = [];
  for (const begin = performance.now(); times.length < least || performance.now() - begin < seconds * 1000; ) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
}

/** Passes events on, and records when those of steps came: the ends of the steps of a training. */
export function stepEnds<E extends { event: string }>(emit: (event: E) => void): { ends: number[]; emit(event: E): void } {
  const ends: number[] = [];
  return {
    ends,
    emit(event) {
      emit(event);
      if (event.event === "step") ends.push(performance.now());
    },
  };
}

/** Duration of each step from the ends of steps; with a window the mean over so many, as short steps are reported several at a time. */
export function stepTimes(ends: readonly number[], window = 1): number[] {
  return ends.slice(window).map((end, i) => (end - ends[i]!) / window);
}
