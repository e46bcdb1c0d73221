import zlib from "node:zlib";
import type { Compressors } from "hyparquet";

/** What Parquet files are compressed with inside. Snappy is the library's own. */
export const parquetCompressors: Compressors = {
  GZIP: (input) => zlib.gunzipSync(input),
  BROTLI: (input) => zlib.brotliDecompressSync(input),
  ZSTD(input) {
    if (typeof zlib.zstdDecompressSync === "function") return zlib.zstdDecompressSync(input);
    throw new Error(`its Zstandard compression needs Node 22.15 or later, and this is ${process.version}`);
  },
};
