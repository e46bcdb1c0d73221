import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";

/** How much a Parquet file may unpack to: a few bytes can decompress to gigabytes, and a header can say anything. */
export interface ParquetBounds {
  /** For a group of rows. */
  rows: number;
  /** For a decompressed page. */
  pageBytes: number;
  /** For the decompressed columns of a group that are read. */
  groupBytes: number;
}

/** A task is kept in memory as a whole. */
export const boundsOfTask: ParquetBounds = { rows: 4e6, pageBytes: 2 ** 28, groupBytes: 2 ** 29 };
/** A corpus is read one group of rows at a time. */
export const boundsOfCorpus: ParquetBounds = { rows: 2 ** 24, pageBytes: 2 ** 29, groupBytes: 2 ** 32 };

/**
 * Reads the headers of all pages of a group, and throws where they do not keep to the bounds or contradict each other. Returns the bytes
 * that they unpack to.
 */
export async function unpackedBytes(
  file: AsyncBuffer,
  group: FileMetaData["row_groups"][number],
  bounds: ParquetBounds,
  isRead: (column: string) => boolean = () => true,
): Promise<number> {
  const rows = Number(group.num_rows);
  require(rows >= 0 &&
    rows <= bounds.rows, `a group has ${group.num_rows} rows, and ${bounds.rows} can be read; use smaller groups of rows`);
  let total = 0;
  for (const { meta_data: column } of group.columns) {
    if (!column || !isRead(column.path_in_schema[0]!)) continue;
    let values = 0;
    for (const header of await pagesOf(file, column)) {
      const bytes = header.uncompressed_page_size;
      require(bytes >= 0 && bytes <= bounds.pageBytes, `a page of ${megabytes(bytes)}, and ${megabytes(bounds.pageBytes)} can be read`);
      total += bytes;
      require(total <= bounds.groupBytes, `a group of rows of more than ${megabytes(bounds.groupBytes)}; use smaller groups of rows`);
      const inPage = valuesIn(header);
      const max = header.type !== "DICTIONARY_PAGE" && column.path_in_schema.length === 1 ? rows : maxValues;
      require(inPage >= 0 && inPage <= max, `a page says that it has ${inPage} values, of ${max} at the most`);
      if (header.type !== "DICTIONARY_PAGE") values += inPage;
    }
    require(values >= rows, `a group says that it has ${rows} rows, and a column has ${values} values`);
  }
  return total;
}

/** For a page whose values are parts of rows. */
const maxValues = 2 ** 25;

function require(holds: boolean, wrong: string): void {
  if (!holds) throw new Error(wrong);
}

async function pagesOf(file: AsyncBuffer, column: ColumnMetaData): Promise<PageHeader[]> {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const end = start + Number(column.total_compressed_size);
  require(start >= 0 && end >= start && end <= file.byteLength, "a column is outside of the file");
  const reader = { view: new DataView(await file.slice(start, end)), offset: 0 };
  const pages: PageHeader[] = [];
  // as the library reads them: a last byte is no page
  while (reader.offset < reader.view.byteLength - 1) {
    const header = parquetHeader(reader);
    require(header.compressed_page_size >= 0, "a page has no size");
    pages.push(header);
    reader.offset += header.compressed_page_size;
  }
  return pages;
}

function valuesIn({ data_page_header: page, data_page_header_v2: second, dictionary_page_header: dictionary }: PageHeader): number {
  return page?.num_values ?? second?.num_values ?? dictionary?.num_values ?? 0;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString("en-US")} MB`;
}
