import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CorpusResult, EncodeResult, Results } from "#runtime/contract/artifacts.ts";
import type { EventBody } from "#runtime/contract/events.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { CorpusJob, InputFile, JobKind } from "#runtime/contract/plan.ts";
import type { CorpusSpec, LearnedTokenizerSpec, Split } from "#runtime/contract/spec.ts";
import { prepareCorpus } from "#runtime/corpus/corpus.ts";
import { corpusPieces } from "#runtime/corpus/read-documents.ts";
import { encodeCorpus } from "#runtime/encoding/encode.ts";
import { writeResult } from "#runtime/runs/store.ts";
import { trainTokenizer } from "#runtime/tokenizers/train.ts";

/** A folder for raw files and for what jobs make of them; gone when the test is over. */
export interface Workshop {
  root: string;
  events: EventBody[];
  stop: AbortController;
  /** Writes a raw file. */
  file(name: string, content: string | Uint8Array): InputFile;
  corpus(
    files: InputFile[],
    spec?: Partial<Pick<CorpusSpec, "documents" | "column" | "deduplicate" | "limit">> & { split?: Partial<CorpusSpec["split"]> },
    job?: string,
  ): Promise<CorpusResult>;
  tokenizer(
    spec: Partial<LearnedTokenizerSpec> & Pick<LearnedTokenizerSpec, "kind">,
    corpus?: string,
  ): Promise<{ vocabulary: number; folder: string }>;
  encode(corpus?: string, limit?: number): Promise<EncodeResult>;
  folder(job: string): string;
  documents(split: Split, job?: string): string[];
}

export function workshop(): Workshop {
  const root = mkdtempSync(join(tmpdir(), "pretrain-data-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const events: EventBody[] = [];
  const stop = new AbortController();
  const folder = (job: string) => {
    mkdirSync(join(root, job), { recursive: true });
    return join(root, job);
  };
  const context = (job: string): JobContext => ({
    folder: folder(job),
    folderOf: folder,
    emit: (event) => events.push(event),
    signal: stop.signal,
    engine: "auto",
    threads: 1,
    describeEngine: () => {},
  });
  const base = <K extends string>(kind: K, id: string = kind) => ({ id, kind, name: id, after: [], fingerprint: "" });
  const done = <T extends Results[JobKind]>(job: string, result: T): T => {
    writeResult(join(root, job), result);
    return result;
  };
  return {
    root,
    events,
    stop,
    folder,
    file(name, content) {
      const path = join(root, name);
      writeFileSync(path, content);
      const bytes = readFileSync(path);
      return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
    async corpus(files, spec = {}, id = "corpus") {
      const split = { by: "document", validation: 0, test: 0, ...spec.split } as const;
      const { documents = "file", column = null, deduplicate = "none", limit = null } = spec;
      const corpus: CorpusSpec = { files: files.map(({ path }) => path), documents, split, column, deduplicate, limit };
      const job: CorpusJob = { ...base("corpus", id), corpus, files };
      return done(id, await prepareCorpus(job, context(id)));
    },
    async tokenizer(spec, corpus = "corpus") {
      const tokenizer: LearnedTokenizerSpec = { vocabulary: null, trainOn: "text", lowercase: false, sentinels: 4, ...spec };
      const result = await trainTokenizer({ ...base("tokenizer"), tokenizer, corpus }, context("tokenizer"));
      return { ...done("tokenizer", result), folder: folder("tokenizer") };
    },
    async encode(corpus = "corpus", limit) {
      return done(
        "encode",
        await encodeCorpus({ ...base("encode"), corpus, tokenizer: "tokenizer", limit: limit ?? null }, context("encode")),
      );
    },
    documents(split, job = "corpus") {
      const documents: string[] = [];
      for (const { text, begins } of corpusPieces(join(root, job), split)) {
        if (begins) documents.push(text);
        else documents.push(documents.pop() + text);
      }
      return documents;
    },
  };
}
