/** What the ending of a file's name says about its content: `news.jsonl.gz` is a compressed table. */
export interface TextFormat {
  /** How its rows are written; null: plain text. */
  table: ".jsonl" | ".ndjson" | ".csv" | ".tsv" | ".parquet" | null;
  compressed: ".gz" | ".zst" | null;
}

export function textFormatOf(path: string): TextFormat {
  const [, table, compressed] = /(\.(?:jsonl|ndjson|csv|tsv|parquet))?(\.(?:gz|zst))?$/u.exec(path.toLowerCase()) ?? [];
  return { table: (table as TextFormat["table"]) ?? null, compressed: (compressed as TextFormat["compressed"]) ?? null };
}
