import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { JobFailure } from "#runtime/jobs/context.ts";
import { notParquet } from "#runtime/tasks/formats/compressed.ts";
import { parquetCompressors as compressors } from "#runtime/tasks/formats/parquet-compressors.ts";
import { fileBytes } from "./file-bytes.ts";
import type { TableSource } from "./read-rows.ts";
import { asText, missing } from "./row-text.ts";

/**
 * The texts of a Parquet file, row group by row group, of which one column is in memory at a time. `onBytes` sees the whole file
 * first. Throws JobFailure with file and row.
 */
export async function* readParquet({ path, column, onBytes }: TableSource): AsyncGenerator<string[]> {
  for await (const _ of fileBytes(path, onBytes));
  const file = await asyncBufferFromFile(path);
  const metadata = await orFailure(path, () => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!columns.includes(column)) throw missing(path, "column", column, columns);
  let row = 0;
  for (const group of metadata.row_groups) {
    const end = row + Number(group.num_rows);
    const options = { file, metadata, columns: [column], rowStart: row, rowEnd: end, compressors };
    const rows = await orFailure(path, () => parquetReadObjects(options));
    const first = row;
    yield rows.map((each, i) => asText(each[column], `${path}: row ${first + i + 1}`, column));
    row = end;
  }
}

async function orFailure<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new JobFailure(`${path}: ${notParquet((error as Error).message)}`);
  }
}
