import { gzipSync } from "node:zlib";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { plain, tsv } from "../tasks/helpers.ts";

/* Files that the checks of data are made for, each with its place and what to do. */

export const rows = Array.from({ length: 60 }, (_, i) => [`text ${i}`, i % 2 === 0 ? "good" : "bad"] as [string, string]);
export const table = tsv(...rows);
export const objects = rows.map(([text, label]) => ({ sentence: text, polarity: label }));
export const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const wide = (text: string, encoding: "le" | "be", mark = true) => {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, "utf16le");
  return encoding === "le" ? bytes : bytes.swap16();
};
const russian = "привет мир\tхорошо\nпока мир\tплохо\n".repeat(20);
const chinese = "今天 天气很好\n明天也一样好。\n".repeat(20);
const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12345\n`;

type File = string | Uint8Array;
interface Case {
  code: string;
  name: string;
  content: File;
  message: RegExp;
}

/** For a task of the same kind as `sentiment`, unless specified otherwise. */
interface TaskCase extends Case {
  spec?: Partial<TaskSpec>;
  severity?: "warning";
}

/** A file for each check of a task's data. */
export const ofTasks: TaskCase[] = [
  {
    code: "not-text",
    name: "t.tsv",
    content: gzipSync(table),
    message: /^t\.tsv: the file is compressed by gzip, and text is expected; give the file/,
  },
  { code: "not-text", name: "t.csv", content: Buffer.from("PK\u0003\u0004…"), message: /ZIP archive or a document of Office/ },
  { code: "not-text", name: "t.tsv", content: lfs, message: /a Git LFS pointer.*run git lfs pull/ },
  { code: "not-text", name: "t.jsonl", content: "<!DOCTYPE html>\n<html>", message: /a web page/ },
  {
    code: "wide-encoding",
    name: "t.tsv",
    content: wide(table, "le"),
    message: /^t\.tsv:1: the file is in UTF-16, as its byte order mark says/,
  },
  {
    code: "wide-encoding",
    name: "t.tsv",
    content: wide(table, "be"),
    message: /in UTF-16, as its byte order mark says.*iconv -f UTF-16 -t UTF-8/,
  },
  { code: "wide-encoding", name: "t.tsv", content: wide(table, "le", false), message: /in UTF-16LE, without a byte order mark/ },
  { code: "wide-encoding", name: "t.tsv", content: wide(table, "be", false), message: /in UTF-16BE, without/ },
  { code: "wide-encoding", name: "t.tsv", content: wide(russian, "le", false), message: /in UTF-16LE, without/ },
  { code: "wide-encoding", name: "t.tsv", content: wide(chinese, "be", false), message: /in UTF-16BE, without/ },
  { code: "wide-encoding", name: "t.jsonl", content: wide(lines(objects), "le"), message: /in UTF-16, as its byte order mark says/ },
  {
    code: "wide-encoding",
    name: "t.tsv",
    content: wide(table, "le"),
    message: /in UTF-16/,
    spec: { data: { ...plain, encoding: "latin-1" } },
  },
  {
    code: "invalid-utf8",
    name: "t.tsv",
    content: Buffer.from(`${table}caf\xe9\tgood\n`, "latin1"),
    message: /^t\.tsv:62: byte 0xE9 at offset \d+ is not valid UTF-8; it looks like Latin-1 or Windows-1252; write encoding: latin-1/,
  },
  {
    code: "invalid-utf8",
    name: "t.jsonl",
    content: Buffer.from('{"sentence": "it\x92s", "polarity": "good"}\n', "latin1"),
    message: /^t\.jsonl:1: byte 0x92 .* looks like Windows-1252; write encoding: windows-1252/,
  },
  {
    code: "invalid-utf8",
    name: "t.tsv",
    content: Buffer.concat([Buffer.from("sentence\tpolarity\n"), Buffer.from("cff0e8e2e5f2", "hex"), Buffer.from("\tgood\n")]),
    message: /it may be damaged, or in another encoding such as Windows-1251, GBK or Shift JIS; save it as UTF-8/,
  },
  {
    code: "is-utf8",
    name: "t.tsv",
    content: `${table}café\tgood\n`,
    message: /^t\.tsv:62: the file is in UTF-8 \(here with "é"\), and encoding: latin-1 would read other characters; leave encoding out/,
    spec: { data: { ...plain, encoding: "latin-1" } },
  },
  {
    code: "control-characters",
    name: "t.tsv",
    content: Buffer.from(`${table}it\x92s caf\xe9\tgood\n`, "latin1"),
    message: /^t\.tsv:62: the byte 0x92 is a control character in Latin-1, and ’ in Windows-1252; write encoding: windows-1252/,
    spec: { data: { ...plain, encoding: "latin-1" } },
  },
  {
    code: "line-ends",
    name: "t.tsv",
    content: table.replaceAll("\n", "\r"),
    message: /^t\.tsv:1:18: the lines end in carriage returns alone/,
  },
  { code: "line-ends", name: "t.jsonl", content: lines(objects).replaceAll("\n", "\r"), message: /carriage returns alone, as on old Macs/ },
  {
    code: "one-json-document",
    name: "t.jsonl",
    content: JSON.stringify(objects),
    message: /holds one JSON list, and one JSON object a line.*jq -c '\.\[\]'/,
  },
  {
    code: "one-json-document",
    name: "t.jsonl",
    content: JSON.stringify(objects[0], null, 2),
    message: /JSON that is spread over several lines/,
  },
  { code: "malformed-file", name: "t.jsonl", content: "[1]\n", message: /^t\.jsonl:1:1: not a JSON object/ },
  {
    code: "malformed-file",
    name: "t.jsonl",
    content: '{"sentence": "a", "polarity": "x", "sentence": "b"}\n',
    message: /^t\.jsonl:1:1: the field "sentence" is there twice/,
  },
  {
    code: "other-separator",
    name: "t.csv",
    content: table.replaceAll("\t", ";"),
    message:
      /^t\.csv:1: semicolons separate the columns, and commas are expected: the header is read as "sentence;polarity"; write separator: ";"/,
  },
  {
    code: "other-separator",
    name: "t.tsv",
    content: table.replaceAll("\t", ","),
    message: /commas separate the columns, and tabs are expected.*separator: ","/,
  },
  {
    code: "other-separator",
    name: "t.csv",
    content: table,
    message: /tabs separate the columns, and commas are expected.*separator: "\\t"/,
  },
  {
    code: "other-separator",
    name: "t.csv",
    content: 'sentence;polarity\nwell, good;x\n"a; b, c";y\n',
    message: /semicolons separate the columns/,
  },
  {
    code: "no-header",
    name: "t.tsv",
    content: table.slice(table.indexOf("\n") + 1),
    message:
      /^t\.tsv:1: the first line looks like a row \("text 0", "good"\), and a header with "sentence", "polarity" is expected; write columns: \[sentence, polarity\]/,
  },
  {
    code: "header-read-as-row",
    name: "t.tsv",
    content: table,
    message: /^t\.tsv:1: the first row holds the columns' names \("sentence", "polarity"\), and a row is expected; leave columns out/,
    spec: { data: { ...plain, columns: ["sentence", "polarity"] } },
  },
  {
    code: "header-read-as-row",
    name: "t.conll",
    content: `word tag\n\n${rows.map(([, label]) => `a ${label}`).join("\n\n")}\n`,
    message: /^t\.conll:1: the first line holds the columns' names \(word, tag\), and CoNLL files have none/,
    spec: { kind: "tagging", words: null, tags: null },
  },
  {
    code: "missing-column",
    name: "t.conll",
    content: "a,O\nb,B-x\n",
    message: /one column; a word and its tag need two, separated by a tab or spaces; write separator: ","/,
    spec: { kind: "tagging", words: null, tags: null },
  },
  {
    code: "missing-column",
    name: "t.tsv",
    content: table.replace("polarity", "polarty"),
    message: /^t\.tsv:1: no column "polarity"; it has .* nearest is "polarty"/,
  },
  {
    code: "column-twice",
    name: "t.tsv",
    content: "sentence\tpolarity\tpolarity\na\tb\tc\n",
    message: /^t\.tsv:1: the column "polarity" is there 2 times/,
  },
  { code: "malformed-file", name: "t.tsv", content: `${table}one\n`, message: /^t\.tsv:62:1: 1 fields in a table of 2 columns/ },
  {
    code: "nested-field",
    name: "t.jsonl",
    content: lines([{ sentence: ["a"], polarity: "x" }]),
    message: /^t\.jsonl:1: "sentence" is no text/,
  },
  {
    code: "labels-with-spaces",
    name: "t.csv",
    content: `sentence,polarity\n${rows.map(([text, label]) => `${text}, ${label}`).join("\n")}\n`,
    message: /^t\.csv:2: the label " good" has spaces around it and is read as "good" \(such labels: 60\); remove them/,
    severity: "warning",
  },
  {
    code: "labels-alike",
    name: "t.tsv",
    content: tsv(...rows.map(([text, label], i) => [text, label === "good" ? (i % 4 === 0 ? "1" : "1.0") : "0"] as [string, string])),
    message: /the labels "1" \(t\.tsv:\d+\) and "1\.0" \(t\.tsv:\d+\) are one number, and would be as many classes/,
  },
  {
    code: "labels-alike",
    name: "t.tsv",
    content: tsv(...rows.map(([text, label], i) => [text, label === "good" && i % 4 === 0 ? "go\u200bod" : label] as [string, string])),
    message: /the labels .*"go\\u\{200b\}od" \(t\.tsv:\d+\).* look the same/,
  },
  {
    code: "labels-alike",
    name: "t.jsonl",
    content: lines(rows.map(([text], i) => ({ tokens: [text, "x"], tags: [i % 2 === 0 ? "01" : "1", "0"] }))),
    message: /are one number/,
    spec: { kind: "tagging", words: null, tags: null },
  },
  {
    code: "labels-differ-in-case",
    name: "t.tsv",
    content: tsv(...rows.map(([text, label], i) => [text, label === "good" && i % 4 === 0 ? "Good" : label] as [string, string])),
    message: /the labels "Good" \(t\.tsv:\d+\) and "good" \(t\.tsv:\d+\) differ in capital letters alone/,
    severity: "warning",
  },
  {
    code: "same-texts",
    name: "t.jsonl",
    content: lines(rows.map(([text], i) => ({ question: text, choices: i === 0 ? ["a", "a "] : ["a", "b"], answer: 0 }))),
    message: /^t\.jsonl:1: choice 1 and choice 2 are the same, "a ": nothing tells which is right \(such rows: 1\)/,
    spec: { kind: "multiple_choice", question: "question", choices: ["choices"], answer: "answer", firstNumber: 0, pool: "mean" },
    severity: "warning",
  },
];

/** A file for each check of a corpus. */
export const ofCorpora: (Case & { documents?: string; column?: string; severity?: "warning" })[] = [
  { code: "not-text", name: "a.txt", content: gzipSync("text"), message: /a\.txt: the file is compressed by gzip/ },
  { code: "not-text", name: "a.txt", content: lfs, message: /a Git LFS pointer/ },
  {
    code: "wide-encoding",
    name: "a.txt",
    content: wide("Some text.\n", "le"),
    message: /a\.txt:1: the file is in UTF-16, as its byte order mark says/,
  },
  { code: "wide-encoding", name: "a.txt", content: wide("Some text.\n", "be", false), message: /in UTF-16BE, without a byte order mark/ },
  { code: "wide-encoding", name: "a.txt", content: wide(russian, "be", false), message: /in UTF-16BE, without/ },
  { code: "wide-encoding", name: "a.jsonl", content: wide('{"text": "a"}\n', "le", false), message: /in UTF-16LE, without/ },
  { code: "wide-encoding", name: "a.csv.gz", content: gzipSync(wide("text\na\n", "le")), message: /a\.csv\.gz:1: the file is in UTF-16/ },
  {
    code: "invalid-utf8",
    name: "a.txt",
    content: Buffer.from("one\ncaf\xe9\n", "latin1"),
    message: /a\.txt:2: byte 0xE9 at offset 7 is not valid UTF-8; it looks like Latin-1/,
  },
  {
    code: "invalid-utf8",
    name: "a.csv",
    content: Buffer.from("text\nit\x92s\n", "latin1"),
    message: /a\.csv:2: byte 0x92 at offset 7 .* looks like Windows-1252/,
  },
  {
    code: "line-ends",
    name: "a.txt",
    content: "one\rtwo\rthree",
    message: /a\.txt:1:4: the lines end in carriage returns alone/,
    documents: "line",
  },
  {
    code: "line-ends",
    name: "a.jsonl",
    content: '{"text": "a"}\r{"text": "b"}\r',
    message: /a\.jsonl:1:14: the lines end in carriage returns/,
  },
  { code: "line-ends", name: "a.csv", content: "text\ra\rb\r", message: /a\.csv:1:5: the lines end in carriage returns/ },
  { code: "line-ends", name: "a.txt", content: "one\rtwo\rthree", message: /a\.txt:1:4: the lines end/, severity: "warning" },
  { code: "one-json-document", name: "a.jsonl", content: '[{"text": "a"}, {"text": "b"}]', message: /holds one JSON list/ },
  { code: "not-an-object", name: "a.jsonl", content: '"a"\n', message: /a\.jsonl:1: not a JSON object/ },
  { code: "field-twice", name: "a.jsonl", content: '{"text": "a", "text": "b"}\n', message: /a\.jsonl:1: the field "text" is there twice/ },
  {
    code: "other-separator",
    name: "a.csv",
    content: "id;text\n1;one\n",
    message: /a\.csv:1: semicolons separate the columns, and commas are expected.*write it with commas/,
  },
  {
    code: "other-separator",
    name: "a.tsv",
    content: "id,text\n1,one\n",
    message: /a\.tsv:1: commas separate the columns, and tabs are expected/,
  },
  {
    code: "no-header",
    name: "a.csv",
    content: "1,one\n2,two\n",
    message: /a\.csv:1: the first line looks like a row \("1", "one"\), and a header with "text"/,
  },
  { code: "missing-column", name: "a.csv", content: "id,body\n1,one\n", message: /a\.csv:1: no column "text"; it has "id", "body"/ },
  {
    code: "missing-column",
    name: "a.jsonl",
    content: '{"body": "one"}\n',
    message: /a\.jsonl:1: no field "words"; it has "body"/,
    column: "words",
  },
  { code: "column-twice", name: "a.tsv", content: "text\ttext\none\ttwo\n", message: /a\.tsv:1: the column "text" is there 2 times/ },
  {
    code: "nested-field",
    name: "a.jsonl",
    content: '{"text": {"en": "a"}}\n',
    message: /a\.jsonl:1: "text" is no text but an object with "en"; a path/,
  },
];
