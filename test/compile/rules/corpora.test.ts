import { expect, it } from "vitest";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { compiled, corpus, filesIn, specOf, texts, tokenizer } from "../fixtures.ts";
import { expectRefused, problemOf, problemsOf, type Refused } from "./helpers.ts";

const errors: Refused[] = [
  // corpora
  {
    what: "a pattern that matches no file",
    change: { corpora: { speeches: corpus({ files: ["/data/*.txt", "/nowhere/*.txt"] }) } },
    code: "missing-file",
    path: ["corpora", "speeches", "files", 1],
    says: ["/nowhere/*.txt"],
  },
  {
    what: "files without text",
    change: { corpora: { speeches: corpus({ files: ["/data/empty.txt"] }) } },
    files: filesIn({ ...texts, "/data/empty.txt": "" }),
    code: "empty-corpus",
    path: ["corpora", "speeches", "files"],
    says: ["empty"],
  },
  {
    what: "a split that leaves nothing to train on",
    change: { corpora: { speeches: corpus({ split: { by: "document", validation: 0.6, test: 0.4 } }) } },
    code: "split-too-large",
    path: ["corpora", "speeches", "split"],
    says: ["60%", "40%", "below 100%"],
  },
  {
    what: "a file that is neither text nor a table",
    change: { corpora: { speeches: corpus({ files: ["/data/*.txt", "/data/all.json"] }) } },
    files: filesIn({ ...texts, "/data/all.json": "[]" }),
    code: "unknown-format",
    path: ["corpora", "speeches", "files", 1],
    says: ["/data/all.json: .json files are not supported", ".jsonl"],
  },
  {
    what: "a column of plain text",
    change: { corpora: { speeches: corpus({ column: "body" }) } },
    code: "column-not-used",
    path: ["corpora", "speeches", "column"],
    says: ["plain text and have no columns"],
  },
  // tokenizers
  {
    what: "bpe without a vocabulary",
    change: { tokenizers: { pieces: tokenizer({ vocabulary: null }) } },
    code: "missing-key",
    path: ["tokenizers", "pieces", "kind"],
    says: ["bpe", "vocabulary: 8k"],
  },
  {
    what: "wordpiece without a vocabulary",
    change: { tokenizers: { pieces: tokenizer({ kind: "wordpiece", vocabulary: null }) } },
    code: "missing-key",
    path: ["tokenizers", "pieces", "kind"],
    says: ["wordpiece"],
  },
  {
    what: "bytes with a vocabulary",
    change: { tokenizers: { pieces: tokenizer({ kind: "bytes" }) } },
    code: "vocabulary-not-used",
    path: ["tokenizers", "pieces", "vocabulary"],
    says: ["256 bytes"],
  },
  {
    what: "characters with a vocabulary",
    change: { tokenizers: { pieces: tokenizer({ kind: "characters" }) } },
    code: "vocabulary-not-used",
    path: ["tokenizers", "pieces", "vocabulary"],
    says: ["characters of its corpus"],
  },
  {
    what: "a vocabulary without room for all bytes",
    change: { tokenizers: { pieces: tokenizer({ vocabulary: 300 }) } },
    code: "vocabulary-too-small",
    path: ["tokenizers", "pieces", "vocabulary"],
    says: ["300", "361"],
    fixes: ["361"],
  },
  {
    what: "lower case on bytes",
    change: { tokenizers: { pieces: tokenizer({ kind: "bytes", vocabulary: null, lowercase: true }) } },
    code: "lowercase-bytes",
    path: ["tokenizers", "pieces", "lowercase"],
    says: ["kind: characters"],
  },
];

it.each(errors)("refuses $what", expectRefused);

it("counts on the vocabulary that the text can give, and says where it is smaller than the one declared", () => {
  const words = Array.from({ length: 20_000 }, (_, index) => `w${(index * index) % 3001}`).join(" ");
  const seen = filesIn({ ...texts, "/data/speeches.txt": words });
  const change = {
    corpora: { speeches: corpus({ files: ["/data/speeches.txt"] }) },
    tokenizers: { pieces: tokenizer({ vocabulary: 900_000 }) },
  };
  const problem = problemOf(change, seen);
  expect(problem).toMatchObject({ severity: "info", code: "vocabulary-beyond-corpus", path: ["tokenizers", "pieces", "vocabulary"] });
  const job = compiled(specOf(change), "base", { files: seen, known: () => null }).plan!.jobs.find(
    ({ kind }) => kind === "pretrain",
  ) as PretrainJob;
  expect(job.model.input.vocabulary).toBeLessThan(10_000);
  expect(problemsOf({ ...change, tokenizers: { pieces: tokenizer({ vocabulary: 8000 }) } }, seen)).toEqual([]);
});

it("counts on what the text can give of unigram's pieces, and of one large file", () => {
  const sentence = Array.from({ length: 3000 }, (_, index) => `w${(index * index) % 3001}`).join(" ");
  const said = (kind: "bpe" | "unigram", text: string) =>
    problemsOf(
      {
        corpora: { speeches: corpus({ files: ["/data/speeches.txt"] }) },
        tokenizers: { pieces: tokenizer({ kind, vocabulary: 900_000 }) },
      },
      filesIn({ ...texts, "/data/speeches.txt": text }),
    ).map(({ code }) => code);
  expect(said("unigram", sentence.repeat(10))).toEqual(["vocabulary-beyond-corpus"]);
  expect(said("bpe", sentence.repeat(Math.ceil(9e6 / sentence.length)))).toEqual(["vocabulary-beyond-corpus"]);
});
