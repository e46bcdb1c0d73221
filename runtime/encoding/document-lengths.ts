/** Lengths of documents as they pass by, in order: of all while they are few, then of every second, of every fourth and so on. */
export interface DocumentLengths {
  begin(): void;
  add(tokens: number): void;
  found(): number[];
}

const max = 1024;

export function openDocumentLengths(): DocumentLengths {
  let kept: number[] = [];
  let [every, documents] = [1, 0];
  const isKept = () => (documents - 1) % every === 0;
  return {
    begin() {
      documents++;
      if (!isKept()) return;
      if (kept.length === max) {
        kept = kept.filter((_, index) => index % 2 === 0);
        every *= 2;
      }
      if (isKept()) kept.push(0);
    },
    add(tokens) {
      if (documents > 0 && isKept()) kept[kept.length - 1]! += tokens;
    },
    found: () => kept,
  };
}
