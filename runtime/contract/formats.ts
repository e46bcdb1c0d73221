/** The format of a file according to its extensions: `news.jsonl.gz` is a compressed table. */
export interface TextFormat {
  /** Format of the table; null: plain text. */
  table: ".jsonl" | ".ndjson" | ".csv" | ".tsv" | ".parquet" | null;
  compressed: ".gz" | ".zst" | null;
}

export function textFormatOf(path: string): TextFormat {
  const [, table, compressed] = /(\.(?:jsonl|ndjson|csv|tsv|parquet))?(\.(?:gz|zst))?$/u.exec(path.toLowerCase()) ?? [];
  return { table: (table as TextFormat["table"]) ?? null, compressed: (compressed as TextFormat["compressed"]) ?? null };
}
