import type { Key, ValueType } from "./types.ts";

/** What tasks say of their files. */

const path: ValueType = { type: "path", exists: true };
const share: ValueType = { type: "share", min: 0, max: 1, aboveMin: true, belowMax: true };

const aligned: ValueType = {
  type: "block",
  keys: [
    { name: "source", value: path, required: true, help: "A text a line." },
    { name: "target", value: path, required: true, help: "What belongs to it, on the same line." },
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
      help: "Which of its files: paths in its repository, or patterns; left out: those whose names tell the split.",
      example: 'data_files: "data/train-*.jsonl"',
    },
  ],
};

export const splitFiles = splitsOf(
  "Training examples: TSV or CSV with a header, or JSON Lines; a file, or files of a data set of the hub.",
  'train: "data/train.tsv"',
);
/** Of tasks whose examples are pairs of texts. */
export const alignedSplits = splitsOf(
  "Training examples: TSV or CSV with a header, JSON Lines, two files of which line n of the one belongs to line n of the other, or files of a data set of the hub.",
  'train: { source: "data/train.en", target: "data/train.de" }',
  aligned,
);

export function splitsOf(help: string, example: string, ...forms: ValueType[]): readonly Key[] {
  const files: ValueType = { type: "either", of: [path, ...forms, ofHub] };
  const filesOrShare: ValueType = { type: "either", of: [path, ...forms, ofHub, share] };
  return [
    { name: "train", value: files, required: true, help, example },
    {
      name: "validation",
      value: filesOrShare,
      default: "10%",
      help: "Likewise, or the share of the training examples that is split off by the hash of each.",
    },
    { name: "test", value: filesOrShare, default: "10%", help: "Likewise. Read only by the final evaluation." },
  ];
}

const encoding: Key = {
  name: "encoding",
  value: {
    type: "choice",
    of: [
      { name: "utf-8", help: "Unicode." },
      { name: "latin-1", help: "ISO 8859-1, one byte a character." },
      { name: "windows-1252", help: "As older programs of Windows write Western languages, one byte a character." },
    ],
  },
  default: "utf-8",
  help: "How the files' bytes are characters.",
};

/** Of tasks whose examples are rows of a table. */
export const tableFormat: readonly Key[] = [
  {
    name: "format",
    value: {
      type: "choice",
      of: [
        { name: "auto", help: "By the ending: .tsv and .txt, .csv, .jsonl and .ndjson, .parquet; also compressed (.gz, .zst)." },
        { name: "tsv", help: "A line is a row; tabs part its columns." },
        { name: "csv", help: "Commas part the columns; quotes hold fields together." },
        {
          name: "jsonl",
          help: "A line is a JSON object. A column is a field, or a path into objects, such as translation.en. Numbers and booleans stand as JSON writes them, null is empty; lists and objects are refused where a text is read.",
        },
      ],
    },
    default: "auto",
    help: "What the files are.",
  },
  {
    name: "columns",
    value: { type: "list", of: { type: "text" }, atLeast: 2 },
    help: "The columns' names, in order, of files without a header. Left out: the first line names them.",
    example: "columns: [source, label, mark, sentence]",
  },
  {
    name: "separator",
    value: { type: "list", of: { type: "text", blank: true }, atLeast: 1 },
    help: "What parts the columns, where it is not what the format says: one for all, or one for each gap. With columns a line is parted from the left and the last column takes the rest.",
    example: 'separator: [":", " "]',
  },
  encoding,
];

/** Of tasks whose examples are words with something to each. */
export const wordFormat: readonly Key[] = [
  {
    name: "format",
    value: {
      type: "choice",
      of: [
        {
          name: "auto",
          help: "By the ending: .jsonl, .ndjson and .parquet hold lists of words and of tags, all others are CoNLL; also compressed (.gz, .zst).",
        },
        {
          name: "conll",
          help: "A line for each word with its columns, parted by tabs or spaces; blank lines between sentences.",
          source: "Tjong Kim Sang and De Meulder 2003, section 2.2",
        },
        { name: "jsonl", help: "A line is a JSON object with a list of words and a list of tags." },
      ],
    },
    default: "auto",
    help: "What the files are.",
  },
  {
    name: "columns",
    value: { type: "list", of: { type: "text" }, atLeast: 2 },
    help: "Names for the columns of CoNLL files, in order.",
    example: "columns: [word, part_of_speech, chunk, entity]",
  },
  {
    name: "separator",
    value: { type: "text", blank: true },
    help: "What parts the columns of CoNLL files, where it is neither tabs nor runs of spaces.",
    example: 'separator: "|"',
  },
  encoding,
];
