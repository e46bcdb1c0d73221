/**
 * Counter-based randomness: a generator is made from a path of numbers and words, such as (seed, "dropout", step, layer), and gives the
 * same stream wherever and whenever it is made. No state of a generator is kept between steps.
 */
export interface Random {
  /** Uniform in 0 … 2³²−1. */
  uint32(): number;
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform whole number in 0 … bound−1, without bias. */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
}

/** xoshiro128** (Blackman and Vigna 2021, section 4), its state hashed from the path. */
export function random(...path: readonly (number | string)[]): Random {
  let [a, b, c, d] = [0, 0, 0, 0];
  const uint32 = (): number => {
    // computed when the first number is requested, since some generators are never used; a state is never all zeros
    if ((a | b | c | d) === 0) [a, b, c, d] = hashPath(path) as [number, number, number, number];
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => uint32() / 4294967296;
  return {
    uint32,
    uniform,
    below(bound) {
      if (!(bound >= 1)) throw new RangeError(`a random number below ${bound}`);
      const limit = 4294967296 - (4294967296 % bound);
      let value = uint32();
      while (value >= limit) value = uint32();
      return value % bound;
    },
    normal() {
      // Box and Muller 1958, one of the two values
      return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    },
  };
}

/** A random permutation of 0 … n−1, whose entries are computed one by one in constant memory. */
export interface Permutation {
  at(index: number): number;
}

/**
 * A random permutation of 0 … n−1, with n up to 2⁵²: a four-round Feistel network over the next even power of two, applied repeatedly until
 * the value is below n (Black and Rogaway 2002, Ciphers with Arbitrary Finite Domains, section 3: cycle walking).
 */
export function permutation(n: number, ...path: readonly (number | string)[]): Permutation {
  const half = Math.max(1, Math.ceil(Math.log2(Math.max(n, 2)) / 2));
  const size = 2 ** half;
  const keys = hashPath([...path, "permutation"]);
  const once = (index: number): number => {
    let left = Math.floor(index / size);
    let right = index % size;
    for (const key of keys) [left, right] = [right, (left ^ (mix(right ^ key) & (size - 1))) >>> 0];
    return left * size + right;
  };
  return {
    at(index) {
      if (!(index >= 0 && index < n)) throw new RangeError(`index ${index} of a permutation of ${n}`);
      let value = once(index);
      while (value >= n) value = once(value);
      return value;
    },
  };
}

/** Shuffles items in place (Fisher and Yates). */
export function shuffle<T extends { length: number; [index: number]: unknown }>(items: T, from: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = from.below(i + 1);
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}

/** MurmurHash3's 32-bit finaliser (Appleby 2011). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hashes a path to four 32-bit words, with the body of MurmurHash3 x86_32 and four seeds. */
function hashPath(path: readonly (number | string)[]): number[] {
  const words: number[] = [];
  for (const part of path) {
    if (typeof part === "number") words.push(1, part >>> 0, Math.floor(part / 4294967296) >>> 0);
    else {
      words.push(2, part.length);
      for (const character of part) words.push(character.codePointAt(0) as number);
    }
  }
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667].map((seed): number => {
    let h: number = seed;
    for (const word of words) {
      let k = Math.imul(word, 0xcc9e2d51);
      k = (k << 15) | (k >>> 17);
      h ^= Math.imul(k, 0x1b873593);
      h = (h << 13) | (h >>> 19);
      h = (Math.imul(h, 5) + 0xe6546b64) | 0;
    }
    return mix(h ^ words.length);
  });
  // the state of xoshiro must not be all zeros
  if (!state.some(Boolean)) state[0] = 1;
  return state;
}
