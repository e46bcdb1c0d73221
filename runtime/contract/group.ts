/** Values by their key, in the order in which keys first come; Node 20 has no Map.groupBy. */
export function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V, index: number) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  let index = 0;
  for (const value of values) {
    const key = keyOf(value, index++);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** Consecutive values in groups: each ends with the value by which the sizes of its values come to `size`. */
export function* groupsOfSize<V>(values: Iterable<V>, sizeOf: (value: V) => number, size: number): Generator<V[]> {
  let group: V[] = [];
  let sum = 0;
  for (const value of values) {
    group.push(value);
    sum += sizeOf(value);
    if (sum < size) continue;
    yield group;
    group = [];
    sum = 0;
  }
  if (group.length > 0) yield group;
}
