import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { JobFailure } from "#runtime/jobs/context.ts";
import { notParquet } from "#runtime/tasks/formats/compressed.ts";
import { columnOf, fieldAt, namesBeside } from "#runtime/tasks/formats/fields.ts";
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
  const place = columnOf(columns, column);
  if (!place) throw missing(path, "column", column, columns);
  const name = columns[place.index]!;
  const textIn = (value: unknown, at: string): string => {
    const found = place.inside === null ? { value } : fieldAt(value, place.inside);
    if (!found) throw missing(at, "field", column, namesBeside({ [name]: value }, column));
    return asText(found.value, at, column);
  };
  let row = 0;
  for (const group of metadata.row_groups) {
    const end = row + Number(group.num_rows);
    const options = { file, metadata, columns: [name], rowStart: row, rowEnd: end, compressors };
    const rows = await orFailure(path, () => parquetReadObjects(options));
    const first = row;
    yield rows.map((each, i) => textIn(each[name], `${path}: row ${first + i + 1}`));
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
