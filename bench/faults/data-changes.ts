import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Random } from "#runtime/random/random.ts";

/** A change to the bytes of a file. */
export interface DataChange {
  name: string;
  make(bytes: Buffer, random: Random): Uint8Array;
}

export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}

/** The changes for a file format. A compressed file is changed in its bytes or in the text that it contains. */
export function changesOf(ending: string): readonly DataChange[] {
  if (ending === "parquet") return [...ofBytes, ...ofParquet];
  const texts = /json/.test(ending) ? [...ofText, ...ofJson] : [...ofText, ...ofTables];
  if (ending.endsWith(".gz")) return [...ofBytes, ...texts.map((change) => within(change, gunzipSync, gzipSync))];
  if (ending.endsWith(".zst")) return [...ofBytes, ...texts.map((change) => within(change, zstdDecompressSync, zstdCompressSync))];
  return [...ofBytes, ...texts];
}

function within({ name, make }: DataChange, unpack: (bytes: Buffer) => Buffer, pack: (bytes: Uint8Array) => Buffer): DataChange {
  return {
    name: `within, ${name}`,
    make: (bytes, random) => pack(make(unpack(bytes), random)),
  };
}

const ofBytes: readonly DataChange[] = [
  {
    name: "bytes flipped",
    make(bytes, random) {
      for (let left = 1 + random.below(4); left > 0; left--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      return bytes;
    },
  },
  {
    name: "cut",
    make: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  },
  {
    name: "a piece removed",
    make: (bytes, random) => spliced(bytes, random, Buffer.alloc(0)),
  },
  {
    name: "zeros inserted",
    make: (bytes, random) => spliced(bytes, random, Buffer.alloc(1 + random.below(2000)), 0),
  },
  {
    name: "a piece repeated",
    make: (bytes, random) => spliced(bytes, random, bytes.subarray(0, random.below(bytes.length)), 0),
  },
  { name: "noise", make: (_, random) => noise(random.below(5000), random) },
  {
    name: "noise appended",
    make: (bytes, random) => Buffer.concat([bytes, noise(1 + random.below(500), random)]),
  },
];

const ofText: readonly DataChange[] = [
  {
    name: "UTF-16 with a byte-order mark",
    make: (bytes) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString(), "utf16le")]),
  },
  {
    name: "UTF-16 without a byte-order mark",
    make: (bytes) => Buffer.from(bytes.toString(), "utf16le"),
  },
  {
    name: "UTF-16, big-endian",
    make: (bytes) => Buffer.from(`\uFEFF${bytes.toString()}`, "utf16le").swap16(),
  },
  {
    name: "Latin-1",
    make: (bytes) => Buffer.from(bytes.toString().replaceAll("e", "é"), "latin1"),
  },
  {
    name: "carriage returns only",
    make: (bytes) => Buffer.from(bytes.toString().replaceAll("\n", "\r")),
  },
  {
    name: "a long line",
    make: (bytes, random) => spliced(bytes, random, Buffer.alloc(10 ** (4 + random.below(4)), pick(["a", "a ", '"', ",", "["], random)), 0),
  },
  {
    name: "many short lines",
    make: (bytes, random) => spliced(bytes, random, Buffer.alloc(10 ** (3 + random.below(3)), "\n"), 0),
  },
  {
    name: "quotes inserted",
    make: (bytes, random) => sprinkled(bytes, ['"', "'", '""', "\\"], random),
  },
  {
    name: "symbols inserted",
    make: (bytes, random) => sprinkled(bytes, ["\t", ",", "\n", "\r\n", "\u2028", "\u0085", "\u{1F600}", "\u202E", "\uFEFF"], random),
  },
  {
    name: "lines moved",
    make(bytes, random) {
      const lines = bytes.toString().split("\n");
      const [a, b] = [random.below(lines.length), random.below(lines.length)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
      return Buffer.from(lines.join("\n"));
    },
  },
  {
    name: "words exchanged",
    make(bytes, random) {
      const words = bytes.toString().split(/\b/);
      const strange = ["", "__proto__", "constructor", "NaN", "1e999", "-0", "null", "9007199254740993", "0x10", "good", "true"];
      for (let left = 1 + random.below(5); left > 0; left--) words[random.below(words.length)] = pick(strange, random);
      return Buffer.from(words.join(""));
    },
  },
];

const ofTables: readonly DataChange[] = [
  {
    name: "a column named twice",
    make: (bytes, random) =>
      Buffer.from(bytes.toString().replace(pick(["id", "second", "value"], random), pick(["text", "label", "", " text"], random))),
  },
  {
    name: "many columns",
    make(bytes, random) {
      const [header, ...lines] = bytes.toString().split("\n");
      const more = pick([",", "\t"], random).repeat(10 ** (2 + random.below(4)));
      return Buffer.from([header + more, ...lines].join("\n"));
    },
  },
];

const ofJson: readonly DataChange[] = [
  {
    name: "deep nesting",
    make(bytes, random) {
      const depth = 10 ** (2 + random.below(5));
      const deep = pick(
        [`${"[".repeat(depth)}${"]".repeat(depth)}`, `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`, "[".repeat(depth)],
        random,
      );
      return valued(bytes, random, deep);
    },
  },
  {
    name: "values of other kinds",
    make(bytes, random) {
      const values = [
        "null",
        "true",
        "[]",
        "{}",
        "1e999",
        "-1",
        "0.5",
        '""',
        '" "',
        '["a", "b"]',
        '{"text": "a"}',
        '"\\ud800"',
        '"\\u0000"',
        "12345678901234567890",
      ];
      return valued(bytes, random, pick(values, random));
    },
  },
  {
    name: "keys exchanged",
    make: (bytes, random) => {
      const keys = ["text", "label", "__proto__", "constructor", "tokens", "tags", "data", "answers", "", "toString"];
      const found = [...bytes.toString().matchAll(/"\w+":/g)];
      const { index, 0: key } = pick(found, random);
      return Buffer.concat([bytes.subarray(0, index), Buffer.from(`"${pick(keys, random)}":`), bytes.subarray(index + key.length)]);
    },
  },
];

const ofParquet: readonly DataChange[] = [
  {
    name: "the footer's length",
    make(bytes, random) {
      bytes.writeInt32LE(pick([0, 1, -1, 2 ** 31 - 1, bytes.length, bytes.length - 8, 100], random), bytes.length - 8);
      return bytes;
    },
  },
  {
    name: "a huge number in the footer",
    make(bytes, random) {
      const length = bytes.readInt32LE(bytes.length - 8);
      const huge = pick(["ffffffff0f", "feffffff0f", "ffffffffffffffffff01", "8080808010", "808001"], random);
      const at = bytes.length - 8 - length + random.below(length);
      Buffer.from(huge, "hex").copy(bytes, at, 0, bytes.length - 8 - at);
      return bytes;
    },
  },
  {
    name: "a huge number in a page",
    make(bytes, random) {
      const end = bytes.length - 8 - bytes.readInt32LE(bytes.length - 8);
      Buffer.from(pick(["ffffffff0f", "8080808010", "feffffffffffffffff01"], random), "hex").copy(bytes, random.below(end));
      return bytes;
    },
  },
  {
    name: "a byte of the footer",
    make(bytes, random) {
      const length = bytes.readInt32LE(bytes.length - 8);
      bytes[bytes.length - 8 - length + random.below(length)] = random.below(256);
      return bytes;
    },
  },
];

/** Replaces a piece by other bytes; inserts them if the piece is empty. */
function spliced(bytes: Buffer, random: Random, other: Uint8Array, taken = 1 + random.below(200)): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(at + taken)]);
}

function sprinkled(bytes: Buffer, signs: readonly string[], random: Random): Buffer {
  let changed = bytes;
  for (let left = 1 + random.below(6); left > 0; left--) changed = spliced(changed, random, Buffer.from(pick(signs, random)), 0);
  return changed;
}

/** Replaces the value after one of the keys in a JSON text. */
function valued(bytes: Buffer, random: Random, value: string): Buffer {
  const text = bytes.toString();
  const { index, 0: key } = pick([...text.matchAll(/"\w+":/g)], random);
  const rest = text.slice(index + key.length).replace(/^("(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^,}\]]*)/, () => value);
  return Buffer.from(text.slice(0, index + key.length) + rest);
}

function noise(length: number, random: Random): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => random.below(256)));
}
