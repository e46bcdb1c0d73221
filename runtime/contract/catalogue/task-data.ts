import type { NamedKey, ValueType } from "./types.ts";

/** Keys of tasks that describe their files. */

const path: ValueType = { type: "path", exists: true };
const share: ValueType = { type: "share", min: 0, max: 1, aboveMin: true, belowMax: true };

const aligned: ValueType = {
  type: "block",
  keys: [
    { name: "source", value: path, required: true, help: "File with one text per line." },
    { name: "target", value: path, required: true, help: "File with the corresponding text on the same line." },
  ],
};

const ofHub: ValueType = {
  type: "block",
  keys: [
    {
      name: "hub",
      value: { type: "text" },
      required: true,
      help: "A data set of the Hugging Face hub, by name. `run` downloads it first.",
      example: 'hub: "owner/questions"',
    },
    {
      name: "data_files",
      value: { type: "list", of: { type: "text" }, atLeast: 1 },
      help: "The files of the data set to read: paths in its repository, or patterns. If omitted: those whose names indicate the split.",
      example: 'data_files: "data/train-*.jsonl"',
    },
  ],
};

export const splitFiles = splitsOf(
  "Training examples: a file (TSV or CSV with a header, or JSON Lines), or files of a data set of the hub.",
  'train: "data/train.tsv"',
);
/** The split keys of tasks whose examples are pairs of texts. */
export const alignedSplits = splitsOf(
  "Training examples: TSV or CSV with a header, JSON Lines, two aligned files (line n of one corresponds to line n of the other), or files of a data set of the hub.",
  'train: { source: "data/train.en", target: "data/train.de" }',
  aligned,
);

export function splitsOf(help: string, example: string, ...forms: ValueType[]): readonly NamedKey<"train" | "validation" | "test">[] {
  const files: ValueType = { type: "either", of: [path, ...forms, ofHub] };
  const filesOrShare: ValueType = { type: "either", of: [path, ...forms, ofHub, share] };
  return [
    { name: "train", value: files, required: true, help, example },
    {
      name: "validation",
      value: filesOrShare,
      default: "10%",
      help: "Validation examples: files, as for train, or a share of the training examples, split off by the hash of each.",
    },
    {
      name: "test",
      value: filesOrShare,
      default: "10%",
      help: "Test examples, given in the same way. Only the final evaluation reads them.",
    },
  ];
}

const encoding: NamedKey<"encoding"> = {
  name: "encoding",
  value: {
    type: "choice",
    of: [
      { name: "utf-8", help: "Unicode." },
      { name: "latin-1", help: "ISO 8859-1, one byte per character." },
      { name: "windows-1252", help: "The encoding of Western languages in older Windows programs, one byte per character." },
    ],
  },
  default: "utf-8",
  help: "Character encoding of the files.",
};

type FormatKey = "format" | "columns" | "separator" | "encoding";

/** The format keys of tasks whose examples are rows of a table. */
export const tableFormat: readonly NamedKey<FormatKey>[] = [
  {
    name: "format",
    value: {
      type: "choice",
      of: [
        { name: "auto", help: "By file extension: .tsv and .txt, .csv, .jsonl and .ndjson, .parquet; also compressed (.gz, .zst)." },
        { name: "tsv", help: "Each line is a row; tabs separate the columns." },
        { name: "csv", help: "Commas separate the columns; fields may be quoted." },
        {
          name: "jsonl",
          help: "Each line is a JSON object. A column is a field, or a path into objects, such as translation.en. Numbers and booleans are read as JSON writes them, and null as empty; a list or object is an error if a text is expected.",
        },
      ],
    },
    default: "auto",
    help: "File format.",
  },
  {
    name: "columns",
    value: { type: "list", of: { type: "text" }, atLeast: 2 },
    help: "Names of the columns, in order, for files without a header. If omitted, the first line is the header.",
    example: "columns: [source, label, mark, sentence]",
  },
  {
    name: "separator",
    value: { type: "list", of: { type: "text", blank: true }, atLeast: 1 },
    help: "The column separator, if it differs from that of the format: one for all columns, or one for each gap between columns. With `columns`, a line is split from the left, and the last column takes the rest.",
    example: 'separator: [":", " "]',
  },
  encoding,
];

/** The format keys of tasks whose examples are sequences of words with a tag for each word. */
export const wordFormat: readonly NamedKey<FormatKey>[] = [
  {
    name: "format",
    value: {
      type: "choice",
      of: [
        {
          name: "auto",
          help: "By file extension: .jsonl, .ndjson and .parquet contain lists of words and of tags, all others are CoNLL; also compressed (.gz, .zst).",
        },
        {
          name: "conll",
          help: "One line per word, with columns separated by tabs or spaces; blank lines between sentences.",
          source: "Tjong Kim Sang and De Meulder 2003, section 2.2",
        },
        { name: "jsonl", help: "Each line is a JSON object with a list of words and a list of tags." },
      ],
    },
    default: "auto",
    help: "File format.",
  },
  {
    name: "columns",
    value: { type: "list", of: { type: "text" }, atLeast: 2 },
    help: "Names of the columns of CoNLL files, in order.",
    example: "columns: [word, part_of_speech, chunk, entity]",
  },
  {
    name: "separator",
    value: { type: "text", blank: true },
    help: "The column separator of CoNLL files, if it is neither a tab nor a run of spaces.",
    example: 'separator: "|"',
  },
  encoding,
];
