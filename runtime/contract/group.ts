/** Groups values by key, in the order in which the keys first occur. Node 20 has no Map.groupBy. */
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

/** Groups consecutive values. A group ends with the value that brings its total size to `size` or more. */
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
