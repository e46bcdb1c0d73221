/** Row-major (rows, length), each row padded after its values. Throws `RangeError` if one is too long. */
export function padded(rows: readonly (readonly number[])[], length: number, fill: number): Int32Array {
  const values = new Int32Array(rows.length * length).fill(fill);
  rows.forEach((row, b) => {
    if (row.length > length) throw new RangeError(`a sequence of ${row.length} positions in a layout of ${length}`);
    values.set(row, b * length);
  });
  return values;
}
