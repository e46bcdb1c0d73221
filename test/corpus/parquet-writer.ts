import { gzipSync } from "node:zlib";

/** What a Parquet file says of itself; left out: what it is. */
interface Claims {
  /** Bytes of its page, unpacked. */
  pageBytes?: number;
  /** Values of its page. */
  pageValues?: number;
  /** Values of its columns. */
  values?: number;
  /** Of its group. */
  rows?: number;
}

/** A Parquet file of texts, one page a column, that may claim what it likes: no writer of the format's makes such files. */
export function parquetOf(columns: readonly (readonly [name: string, texts: readonly string[]])[], claims: Claims = {}): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  const chunks = columns.map(([name, texts]) => {
    const plain = Buffer.concat(texts.flatMap((text) => [lengthOf(text), Buffer.from(text)]));
    const packed = gzipSync(plain);
    const page = struct([
      i32(1, 0),
      i32(2, claims.pageBytes ?? plain.length),
      i32(3, packed.length),
      inner(5, [i32(1, claims.pageValues ?? texts.length), i32(2, 0), i32(3, 3), i32(4, 3)]),
    ]);
    const start = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(page, packed);
    const size = page.length + packed.length;
    const values = claims.values ?? texts.length;
    const data = [
      i32(1, 6),
      list(2, 5, [zigzag(0)]),
      list(3, 8, [binary(name)]),
      i32(4, 2),
      i64(5, values),
      i64(6, size),
      i64(7, size),
      i64(9, start),
    ];
    return struct([i64(2, start), inner(3, data)]);
  });
  const rows = claims.rows ?? columns[0]?.[1].length ?? 0;
  const root = struct([text(4, "schema"), i32(5, columns.length)]);
  const schema = [root, ...columns.map(([name]) => struct([i32(1, 6), i32(3, 0), text(4, name), i32(6, 0)]))];
  const group = struct([list(1, 12, chunks), i64(2, 0), i64(3, rows)]);
  const metadata = struct([i32(1, 1), list(2, 12, schema), i64(3, rows), list(4, 12, [group])]);
  return Buffer.concat([...parts, metadata, size32(metadata.length), Buffer.from("PAR1")]);
}

/** A field of a struct in Thrift's compact form: its number, its type, its content. */
type Field = readonly [number: number, type: number, content: Buffer];

function struct(fields: readonly Field[]): Buffer {
  let before = 0;
  const written = fields.flatMap(([number, type, content]) => {
    const header = Buffer.from([((number - before) << 4) | type]);
    before = number;
    return [header, content];
  });
  return Buffer.concat([...written, Buffer.from([0])]);
}

const i32 = (number: number, value: number): Field => [number, 5, zigzag(value)];
const i64 = (number: number, value: number): Field => [number, 6, zigzag(value)];
const text = (number: number, value: string): Field => [number, 8, binary(value)];
const inner = (number: number, fields: readonly Field[]): Field => [number, 12, struct(fields)];

function list(number: number, type: number, items: readonly Buffer[]): Field {
  return [number, 9, Buffer.concat([Buffer.from([(items.length << 4) | type]), ...items])];
}

function binary(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
}

function zigzag(value: number): Buffer {
  return varint(value * 2);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) | 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

function lengthOf(value: string): Buffer {
  return size32(Buffer.byteLength(value));
}

function size32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
