import { random, shuffle } from "#runtime/random/random.ts";

/**
 * Rows of several items each: every epoch has all items, in another order. Rows are packed in that order until the next item does
 * not fit, so that the index-th row can be found again: the answer is a function of the index.
 * @param options `fits`: whether an item fits into a row after others; an empty row takes any. `path`: of the random order
 */
export function packedRows<T>({
  items,
  fits,
  path,
}: {
  items: readonly T[];
  fits(row: readonly T[], next: T): boolean;
  path: readonly (number | string)[];
}): (index: number) => readonly T[] {
  const firstRow = [0];
  let open: { epoch: number; rows: T[][] } | undefined;
  const epochRows = (epoch: number): T[][] => {
    if (open?.epoch !== epoch) {
      const order = shuffle(
        Int32Array.from(items, (_, i) => i),
        random(...path, epoch),
      );
      open = { epoch, rows: [] };
      for (const i of order) {
        const [row, item] = [open.rows.at(-1), items[i]!];
        if (row && fits(row, item)) row.push(item);
        else open.rows.push([item]);
      }
    }
    firstRow[epoch + 1] = firstRow[epoch]! + open.rows.length;
    return open.rows;
  };
  return (index) => {
    let epoch = firstRow.findLastIndex((first) => first <= index);
    while (true) {
      const row = epochRows(epoch)[index - firstRow[epoch]!];
      if (row) return row;
      epoch++;
    }
  };
}
