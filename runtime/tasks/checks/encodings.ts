/** What content is by its first bytes, where it is no text. */
export function foreignContent(bytes: Uint8Array, isTable: boolean): { found: string; remedy: string } | null {
  const found = signatures.find(({ sign }) => sign.every((byte, i) => bytes[i] === byte));
  if (found) return found;
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  if (start.startsWith("version https://git-lfs.github.com/spec/"))
    return {
      found: "the file is a Git LFS pointer: the file that it points to is not here",
      remedy: "run git lfs pull, or download the file itself",
    };
  if (isTable && /^\s*<(?:!doctype html|html)/iu.test(start))
    return { found: "the file is a web page", remedy: "download the file itself, often by a link named raw" };
  return null;
}

const decompress = "give the file its ending (.gz, .zst), or decompress it";
const signatures: readonly { sign: readonly number[]; found: string; remedy: string }[] = [
  { sign: [0x1f, 0x8b], found: "the file is compressed by gzip", remedy: decompress },
  { sign: [0x28, 0xb5, 0x2f, 0xfd], found: "the file is compressed by Zstandard", remedy: decompress },
  { sign: ascii("BZh"), found: "the file is compressed by bzip2", remedy: "decompress it" },
  { sign: [0xfd, ...ascii("7zXZ")], found: "the file is compressed by xz", remedy: "decompress it" },
  {
    sign: [...ascii("PK"), 3, 4],
    found: "the file is a ZIP archive or a document of Office",
    remedy: "unpack it, or save a table as CSV in UTF-8",
  },
  { sign: [0xd0, 0xcf, 0x11, 0xe0], found: "the file is a document of Office", remedy: "save a table as CSV in UTF-8" },
  { sign: ascii("%PDF-"), found: "the file is a PDF", remedy: "save its text" },
  { sign: ascii("PAR1"), found: "the file is Parquet", remedy: "give it the ending .parquet" },
  { sign: ascii("ARROW1"), found: "the file is Arrow", remedy: "write it as Parquet or JSON Lines" },
];

function ascii(text: string): number[] {
  return [...Buffer.from(text, "latin1")];
}

/** UTF-16 and UTF-32, by their byte order mark or by how their zeros fall. */
export function wideEncoding(bytes: Uint8Array): { name: string; marked: boolean } | null {
  const mark = marks.find(({ sign }) => sign.every((byte, i) => bytes[i] === byte));
  if (mark) return { name: mark.name, marked: true };
  const name = unmarked(bytes);
  return name === null ? null : { name, marked: false };
}

/** The longer ones first: UTF-32's begins with UTF-16's. */
const marks = [
  { sign: [0xff, 0xfe, 0, 0], name: "UTF-32" },
  { sign: [0, 0, 0xfe, 0xff], name: "UTF-32" },
  { sign: [0xff, 0xfe], name: "UTF-16" },
  { sign: [0xfe, 0xff], name: "UTF-16" },
];

/**
 * Without a mark: spaces and line ends have a zero in every script, mostly at one side, and the bytes of that side are the pages of
 * scripts, which in most are no characters of text.
 */
function unmarked(bytes: Uint8Array): string | null {
  if (!bytes.includes(0)) return null;
  const [a, b, c, d] = [0, 1, 2, 3].map((offset) => countsAt(bytes, offset)) as [ByteCounts, ByteCounts, ByteCounts, ByteCounts];
  if (isZero(c) && isZero(d)) return "UTF-32LE";
  if (isZero(a) && isZero(b)) return "UTF-32BE";
  const [even, odd] = [together(a, c), together(b, d)];
  const sides = [
    { pages: odd, encoding: "utf-16le", name: "UTF-16LE" },
    { pages: even, encoding: "utf-16be", name: "UTF-16BE" },
  ] as const;
  const found = sides
    .toSorted((one, other) => other.pages.zeros - one.pages.zeros)
    .find(({ pages, encoding }) => arePages(pages, bytes, encoding));
  return found?.name ?? null;
}

interface ByteCounts {
  all: number;
  zeros: number;
  /** Below the space. */
  controls: number;
}

function countsAt(bytes: Uint8Array, offset: number): ByteCounts {
  const counts = { all: 0, zeros: 0, controls: 0 };
  for (let at = offset; at < bytes.length; at += 4) {
    counts.all++;
    if (bytes[at] === 0) counts.zeros++;
    if (bytes[at]! < 0x20) counts.controls++;
  }
  return counts;
}

function isZero({ all, zeros }: ByteCounts): boolean {
  return all > 0 && zeros > 0.9 * all;
}

function together(one: ByteCounts, other: ByteCounts): ByteCounts {
  return { all: one.all + other.all, zeros: one.zeros + other.zeros, controls: one.controls + other.controls };
}

/** The upper bytes of letters: below the space in most scripts; in those of East Asia the characters show it. */
function arePages({ all, zeros, controls }: ByteCounts, bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): boolean {
  if (zeros > 0 && controls > 0.7 * all) return true;
  if (!new TextDecoder().decode(bytes).slice(0, -1).includes("\uFFFD")) return false;
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const eastern = count(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu);
  return eastern > 0.3 * text.length && count(/[\p{L}\p{N}\p{P}\p{S}\p{Z}\s]/gu) > 0.95 * text.length;
}

/** What bytes that are not UTF-8 probably are, and the option that reads them. `at`: the first of them. */
export function guessedEncoding(bytes: Uint8Array, at: number): { encoding: string; option: "latin-1" | "windows-1252" | null } {
  if (bytes.subarray(0, at).some((byte) => byte >= 0x80))
    return { encoding: "the bytes before it are, so it may be damaged", option: null };
  const near = bytes.subarray(at, at + (1 << 12));
  const high = Array.from(near.keys()).filter((place) => near[place]! >= 0x80);
  const beside = high.filter((place, i) => high[i + 1] === place + 1 || high[i - 1] === place - 1).length;
  // letters of Western languages that are not ASCII occur alone among others
  if (beside > 0.5 * high.length)
    return { encoding: "it may be damaged, or in another encoding such as Windows-1251, GBK or Shift JIS", option: null };
  return high.some((place) => near[place]! <= 0x9f)
    ? { encoding: "it looks like Windows-1252", option: "windows-1252" }
    : { encoding: "it looks like Latin-1 or Windows-1252", option: "latin-1" };
}
