import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { fieldFlaw } from "#runtime/tasks/checks/beginning.ts";
import { firstFlaw } from "#runtime/tasks/checks/data-check.ts";
import { columnChecks } from "#runtime/tasks/checks/headers.ts";
import { notParquet } from "#runtime/tasks/formats/compressed.ts";
import { columnOf, fieldAt } from "#runtime/tasks/formats/json-fields.ts";
import { boundsOfCorpus, unpackedBytes } from "#runtime/tasks/formats/parquet-bounds.ts";
import { parquetCompressors as compressors } from "#runtime/tasks/formats/parquet-compressors.ts";
import { fileBytes } from "./file-bytes.ts";
import type { TableSource } from "./read-rows.ts";

/**
 * The texts of a Parquet file, by row group; one column of a row group is in memory at a time. `onBytes` receives the whole file first.
 * Throws JobFailure with file and row.
 */
export async function* readParquet({ path, column, onBytes }: TableSource): AsyncGenerator<string[]> {
  for await (const _ of fileBytes(path, onBytes));
  const file = await asyncBufferFromFile(path);
  const metadata = await orFailure(path, () => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  const place = columnOf(columns, column);
  const seen = { columns, line: null, name: column, isThere: place !== undefined, reachable: columns, what: "column" } as const;
  const flaw = firstFlaw(columnChecks, "corpus", seen);
  if (!place || flaw) throw new JobFailure(`${path}: ${flaw?.message}`);
  const name = columns[place.index]!;
  let row = 0;
  for (const group of metadata.row_groups) {
    await orFailure(path, () => unpackedBytes(file, group, boundsOfCorpus, (each) => each === name));
    const end = row + Number(group.num_rows);
    const rows: unknown[][] = [];
    const onComplete = (found: unknown[][]) => {
      for (const each of found) rows.push(each);
    };
    await orFailure(path, () => parquetRead({ file, metadata, columns: [name], rowStart: row, rowEnd: end, compressors, onComplete }));
    const first = row;
    yield rows.map(([value], i) => textIn({ [name]: value }, column, `${path}: row ${first + i + 1}`));
    row = end;
  }
}

function textIn(row: Record<string, unknown>, column: string, at: string): string {
  const found = fieldAt(row, column);
  if (typeof found?.value === "string") return found.value;
  const flaw = fieldFlaw(row, column);
  if (flaw) throw new JobFailure(`${at}: ${flaw.message}`);
  return (found?.value as string | null | undefined) ?? "";
}

async function orFailure<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new JobFailure(`${path}: ${notParquet((error as Error).message)}`);
  }
}
