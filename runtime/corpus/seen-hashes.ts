/** A set of 64-bit numbers in bounded memory. */
export interface SeenHashes {
  /** Whether the number was added before. */
  has(high: number, low: number): boolean;
  add(high: number, low: number): void;
  /** Whether the oldest numbers had to be forgotten. */
  forgot(): boolean;
}

/**
 * A set made of two tables of at most `max` numbers each, with 8 bytes per place: when the newer table is full, the older one is dropped.
 * 0 is stored as 1, since 0 marks an empty place.
 */
export function seenHashes(max = 1 << 24): SeenHashes {
  let recent = hashTable(Math.min(max, 1 << 12));
  let older: HashTable | null = null;
  let hasForgotten = false;
  const add = (high: number, low: number) => {
    if (recent.isFull()) {
      if (recent.room * 2 <= max) recent = grown(recent);
      else {
        hasForgotten ||= older !== null;
        older = recent;
        recent = hashTable(recent.room);
      }
    }
    recent.add(high, low);
  };
  return {
    add,
    has: (high, low) => recent.has(high, low) || (older?.has(high, low) ?? false),
    forgot: () => hasForgotten,
  };
}

interface HashTable {
  room: number;
  isFull(): boolean;
  has(high: number, low: number): boolean;
  add(high: number, low: number): void;
  each(use: (high: number, low: number) => void): void;
}

/** A hash table with open addressing; `room`, its number of places, is a power of two. */
function hashTable(room: number): HashTable {
  const places = new Uint32Array(room * 2);
  let count = 0;
  /** The place of a number, or the empty place for it. */
  const find = (high: number, low: number): number => {
    for (let at = (low ^ high) & (room - 1); ; at = (at + 1) & (room - 1)) {
      const [storedHigh, storedLow] = [places[2 * at]!, places[2 * at + 1]!];
      if ((storedHigh === high && storedLow === low) || (storedHigh === 0 && storedLow === 0)) return 2 * at;
    }
  };
  return {
    room,
    isFull: () => count >= room * 0.75,
    has(high, low) {
      const at = find(high >>> 0, some(high, low));
      return places[at] !== 0 || places[at + 1] !== 0;
    },
    add(high, low) {
      const at = find(high >>> 0, some(high, low));
      if (places[at] === 0 && places[at + 1] === 0) count++;
      places[at] = high >>> 0;
      places[at + 1] = some(high, low);
    },
    each(use) {
      for (let at = 0; at < places.length; at += 2) if (places[at] !== 0 || places[at + 1] !== 0) use(places[at]!, places[at + 1]!);
    },
  };
}

function some(high: number, low: number): number {
  return high === 0 && low === 0 ? 1 : low >>> 0;
}

function grown(table: HashTable): HashTable {
  const larger = hashTable(table.room * 2);
  table.each(larger.add);
  return larger;
}
