import zlib from "node:zlib";
import type { Compressors } from "hyparquet";

/** What Parquet files are compressed with inside, unpacked up to the size that a page's header says. Snappy is the library's own. */
export const parquetCompressors: Compressors = {
  GZIP: (input, size) => zlib.gunzipSync(input, upTo(size)),
  BROTLI: (input, size) => zlib.brotliDecompressSync(input, upTo(size)),
  ZSTD(input, size) {
    if (typeof zlib.zstdDecompressSync === "function") return zlib.zstdDecompressSync(input, upTo(size));
    throw new Error(`its Zstandard compression needs Node 22.15 or later, and this is ${process.version}`);
  },
};

function upTo(size: number): { maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, size) };
}
