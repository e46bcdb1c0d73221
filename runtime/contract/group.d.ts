/** Values by their key, in the order in which keys first come; Node 20 has no Map.groupBy. */
export declare function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V, index: number) => K): Map<K, V[]>;
/** Consecutive values in groups: each ends with the value by which the sizes of its values come to `size`. */
export declare function groupsOfSize<V>(values: Iterable<V>, sizeOf: (value: V) => number, size: number): Generator<V[]>;
