import { expect, test } from "vitest";
import { countPairs, countTokens } from "#runtime/encoding/token-frequencies.ts";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { random } from "#runtime/random/random.ts";

function streamOf(tokens: Int32Array): TokenStream {
  return { length: tokens.length, read: (start, count) => tokens.slice(start, start + count), close() {} };
}

const vocabulary = 50_000;
const draw = random(7, "tokens");
// few tokens are frequent, most are rare
const tokens = Int32Array.from({ length: 60_000 }, () => Math.floor(vocabulary * draw.uniform() ** 6));

test("tokens and asked pairs are counted as a plain count does", () => {
  const [counts, pairs] = [new Map<number, number>(), new Map<string, number>()];
  tokens.forEach((token, i) => {
    counts.set(token, (counts.get(token) ?? 0) + 1);
    if (i > 0) pairs.set(`${tokens[i - 1]} ${token}`, (pairs.get(`${tokens[i - 1]} ${token}`) ?? 0) + 1);
  });
  const counted = countTokens(streamOf(tokens), vocabulary);
  for (const token of [0, 1, 17, 4999, 49_999]) expect(counted[token]).toBe(counts.get(token) ?? 0);
  const first = tokens.slice(0, 5000);
  // pairs that occur, and pairs that hardly ever do
  const second = Int32Array.from(first, (_, i) => (i % 2 === 0 ? tokens[i + 1]! : tokens[i + 1000]!));
  const expected = Array.from(first, (token, i) => pairs.get(`${token} ${second[i]}`) ?? 0);
  expect(expected.some((count) => count > 100) && expected.includes(0)).toBe(true);
  expect([...countPairs(streamOf(tokens), { first, second }, vocabulary)]).toEqual(expected);
});

test("of a long split, blocks spread over it are counted", () => {
  const long = Int32Array.from({ length: 10 << 16 }, (_, i) => i >> 16);
  expect([...countTokens(streamOf(long), 10, 5 << 16)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0].map((each) => each * 65_536));
  expect([...countTokens(streamOf(long.subarray(0, 100)), 10, 1)]).toEqual([100, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});
