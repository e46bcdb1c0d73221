/** The kinds of edits that turn the correct words into the given ones. */
export const edits = { none: 0, substitution: 1, insertion: 2, deletion: 3 } as const;

/** The edit distance of a text to fixed correct words, and of texts that share a beginning with it. */
export interface EditTable {
  distance: number;
  /** Edits of the given words, in order: `insertion` adds a correct word, `deletion` removes a given one. */
  trace: number[];
  /** The distance of other words of the same number, whose first `shared` words are the same. */
  distanceOf(words: Int32Array, shared: number): number;
}

const beamWidth = 25;
const infinite = 2 ** 30;

/**
 * The Levenshtein distance of words within a beam around the diagonal, as in Tercom and sacreBLEU: cells farther away are ignored, and of
 * equally cheap edits a substitution is preferred to a deletion and a deletion to an insertion.
 */
export function editTable(given: Int32Array, right: Int32Array): EditTable {
  const columns = right.length + 1;
  const ratio = given.length > 0 ? right.length / given.length : 1;
  const beam = beamWidth < ratio / 2 ? Math.ceil(ratio / 2 + beamWidth) : beamWidth;
  const costs = new Int32Array((given.length + 1) * columns).fill(infinite);
  const made = new Uint8Array((given.length + 1) * columns);
  for (let j = 0; j < columns; j++) {
    costs[j] = j;
    made[j] = edits.insertion;
  }

  const fillRow = (words: Int32Array, i: number, rows: Int32Array, ops: Uint8Array | null) => {
    const diagonal = Math.floor(i * ratio);
    const first = Math.max(0, diagonal - beam);
    const last = i === words.length ? columns : Math.min(columns, diagonal + beam);
    const row = i * columns;
    for (let j = first; j < last; j++) {
      let cost = rows[row - columns + j]! + 1;
      let op: number = edits.deletion;
      if (j > 0) {
        const same = words[i - 1] === right[j - 1];
        const replaced = rows[row - columns + j - 1]! + (same ? 0 : 1);
        if (replaced <= cost) {
          cost = replaced;
          op = same ? edits.none : edits.substitution;
        }
        const inserted = rows[row + j - 1]! + 1;
        if (inserted < cost) {
          cost = inserted;
          op = edits.insertion;
        }
      }
      rows[row + j] = Math.min(cost, infinite);
      if (ops) ops[row + j] = op;
    }
  };
  for (let i = 1; i <= given.length; i++) fillRow(given, i, costs, made);

  const others = new Int32Array(costs.length);
  return {
    distance: costs.at(-1)!,
    trace: traceOf(made, given.length, right.length),
    distanceOf(words, shared) {
      others.set(costs.subarray(0, (shared + 1) * columns));
      others.fill(infinite, (shared + 1) * columns);
      for (let i = shared + 1; i <= words.length; i++) fillRow(words, i, others, null);
      return others.at(-1)!;
    },
  };
}

function traceOf(made: Uint8Array, rows: number, right: number): number[] {
  const trace: number[] = [];
  for (let i = rows, j = right; i > 0 || j > 0; ) {
    const op = made[i * (right + 1) + j]!;
    trace.push(op);
    if (op !== edits.insertion) i--;
    if (op !== edits.deletion) j--;
  }
  return trace.reverse();
}
