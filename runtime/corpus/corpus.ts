import { createHash } from "node:crypto";
import type { CorpusResult } from "#runtime/contract/artifacts.ts";
import { type JobContext, JobFailure, JobStopped } from "#runtime/contract/job-context.ts";
import { formatBytes } from "#runtime/contract/numbers.ts";
import type { CorpusJob, InputFile } from "#runtime/contract/plan.ts";
import type { CorpusSpec, Split } from "#runtime/contract/spec.ts";
import { freeSpace } from "#runtime/machine/free-space.ts";
import { contentOf, usualColumn } from "#runtime/tasks/checks/beginning.ts";
import { splitOf } from "#runtime/tasks/share.ts";
import { type DocumentPiece, documentCutters } from "./cut-documents.ts";
import { rowReaderOf } from "./read-rows.ts";
import { readCorpusText } from "./read-text.ts";
import { repeatFinders } from "./repeats.ts";
import { openSplitWriter } from "./split-writer.ts";

export const splits: readonly Split[] = ["train", "validation", "test"];

/**
 * Reads, checks and splits the raw text. Every file is read twice, so that a document's split is known before its first piece is written.
 * Memory is constant whatever the size of documents, except for one byte per document.
 * Throws JobFailure (invalid bytes, a changed file, an empty corpus or split) and JobStopped.
 */
export async function prepareCorpus(job: CorpusJob, context: JobContext): Promise<CorpusResult> {
  const survey = await surveyDocuments(job, context);
  refuseFullDisk(survey.characters, context.folder);
  const writers = splits.map((split) => openSplitWriter(context.folder, split));
  const spread = job.corpus.split.by === "document" ? byDocument(survey) : byPosition(survey, job.corpus.split);
  try {
    await eachPiece(job, context, { phase: "writing documents", until: survey.count }, (piece) => {
      for (const { split, text, characters, last } of spread(piece)) {
        const writer = writers[split] as (typeof writers)[number];
        if (text) writer.write(text, characters);
        if (last) writer.endDocument();
      }
    });
  } catch (error) {
    for (const writer of writers) writer.abandon();
    throw error;
  }
  const totals = writers.map((writer) => writer.finish());
  const [train, validation, test] = totals as [Totals, Totals, Totals];
  const result: CorpusResult = { splits: { train, validation, test }, ...(survey.repeated > 0 ? { repeated: survey.repeated } : {}) };
  refuseEmptySplits(job.corpus, survey.documents, result);
  return result;
}

type Totals = CorpusResult["splits"][Split];

interface Survey {
  /** For each document in order, the index of its split, or `leftOut`. */
  assigned: Uint8Array;
  /** Number of documents that were read; reading ends at the limit. */
  count: number;
  /** Number of documents that are kept. */
  documents: number;
  /** Number of code points of these. */
  characters: number;
  /** Number of documents that are left out because they repeat an earlier one. */
  repeated: number;
}

/** The index of documents without text and of repeated ones. */
const leftOut = 255;

/** The first reading: checks the bytes, counts documents, leaves out repeated ones, and determines each document's split by its hash. */
async function surveyDocuments(job: CorpusJob, context: JobContext): Promise<Survey> {
  const { split, limit, deduplicate } = job.corpus;
  const survey: Survey = { assigned: new Uint8Array(1024), count: 0, documents: 0, characters: 0, repeated: 0 };
  const max = limit?.unit === "documents" ? limit.value : Number.POSITIVE_INFINITY;
  const repeats = repeatFinders[deduplicate]();
  let hash = createHash("sha256");
  let characters = 0;
  let isBlank = true;
  const splitFor = (sha256: Uint8Array): number => {
    if (isBlank) return leftOut;
    if (repeats.isRepeat(sha256)) {
      survey.repeated++;
      return leftOut;
    }
    survey.documents++;
    survey.characters += characters;
    return splits.indexOf(splitOf(sha256, split));
  };
  await eachPiece(
    job,
    context,
    { phase: "reading documents", isEnough: () => survey.documents >= max, check: unchanged },
    ({ text, last }) => {
      hash.update(text);
      repeats.push(text);
      characters += countCharacters(text);
      isBlank &&= text.trim() === "";
      if (!last) return;
      if (survey.count === survey.assigned.length) survey.assigned = grown(survey.assigned);
      survey.assigned[survey.count++] = splitFor(hash.digest());
      hash = createHash("sha256");
      characters = 0;
      isBlank = true;
    },
  );
  const warning = repeats.warning();
  if (warning !== null) context.emit({ event: "warning", message: warning, note: "forgotten duplicates" });
  if (survey.documents === 0) throw new JobFailure(`the corpus is empty: ${job.files.length} files contain no text; name files with text`);
  return survey;
}

interface SplitPiece extends DocumentPiece {
  /** Index into `splits`. */
  split: number;
  characters: number;
}

function byDocument(survey: Survey): (piece: DocumentPiece) => SplitPiece[] {
  let document = 0;
  return ({ text, last }) => {
    const split = survey.assigned[document] as number;
    if (last) document++;
    return split === leftOut ? [] : [{ split, text, last, characters: countCharacters(text) }];
  };
}

/** Splits by position: the whole text is cut at two characters; a document that spans a cut becomes two. */
function byPosition(survey: Survey, shares: CorpusSpec["split"]): (piece: DocumentPiece) => SplitPiece[] {
  // a share such as 10% has no exact binary form: 0.9 × 10 must not become 8
  const upTo = (share: number) => Math.floor(survey.characters * share + 1e-6);
  const ends = [upTo(1 - shares.validation - shares.test), upTo(1 - shares.test), Number.POSITIVE_INFINITY];
  let document = 0;
  let position = 0;
  let split = 0;
  return ({ text, last }) => {
    const isLeftOut = survey.assigned[document] === leftOut;
    if (last) document++;
    if (isLeftOut) return [];
    const pieces: SplitPiece[] = [];
    let rest = text;
    let restCharacters = countCharacters(text);
    while (position + restCharacters > (ends[split] as number)) {
      const characters = (ends[split] as number) - position;
      const cut = indexAfter(rest, characters);
      pieces.push({ split, text: rest.slice(0, cut), characters, last: true });
      rest = rest.slice(cut);
      restCharacters -= characters;
      position += characters;
      split++;
    }
    position += restCharacters;
    pieces.push({ split, text: rest, characters: restCharacters, last });
    return pieces;
  };
}

interface Reading {
  phase: string;
  /** Ends the reading after the current document if it returns true. */
  isEnough?: () => boolean;
  /** Maximum number of documents to read. */
  until?: number;
  /** Checks the bytes of a file that is read completely. */
  check?: (file: InputFile) => { onBytes: (bytes: Uint8Array) => void; atEnd: () => void };
}

/** Calls `use` with every piece of every document, including blank ones, in the order of the job's files. */
async function eachPiece(job: CorpusJob, context: JobContext, reading: Reading, use: (piece: DocumentPiece) => void): Promise<void> {
  const { phase, isEnough = () => false, until = Number.POSITIVE_INFINITY } = reading;
  const total = job.files.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  let reported = 0;
  let documents = 0;
  const isOver = () => documents >= until || isEnough();
  const useAll = (pieces: readonly DocumentPiece[]) => {
    for (const piece of pieces) {
      if (isOver()) return;
      use(piece);
      if (piece.last) documents++;
    }
  };
  context.emit({ event: "phase", phase, done: 0, total, unit: "bytes" });
  for (const file of job.files) {
    const checking = reading.check?.(file);
    let done = before;
    const onBytes = (bytes: Uint8Array) => {
      done += bytes.length;
      checking?.onBytes(bytes);
    };
    for await (const pieces of documentsOf(file.path, job.corpus, onBytes)) {
      if (context.signal.aborted) throw new JobStopped();
      useAll(pieces);
      if (isOver()) break;
      if (done - reported > reportEvery) {
        context.emit({ event: "phase", phase, done, total, unit: "bytes" });
        reported = done;
      }
    }
    if (isOver()) break;
    checking?.atEnd();
    before += file.bytes;
  }
  context.emit({ event: "phase", phase, done: total, total, unit: "bytes" });
}

/** The documents of a file, a few pieces at a time. Each text of a table is cut into documents like a file. */
async function* documentsOf(
  path: string,
  { documents, column }: CorpusSpec,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<DocumentPiece[]> {
  const readRows = rowReaderOf(path);
  if (!readRows) {
    const cutter = documentCutters[documents]();
    for await (const text of readCorpusText(path, onBytes, contentOf(path, documents))) yield cutter.push(text);
    yield cutter.end();
    return;
  }
  for await (const texts of readRows({ path, column: column ?? usualColumn, onBytes })) {
    yield texts.flatMap((text) => {
      const cutter = documentCutters[documents]();
      return [...cutter.push(text), ...cutter.end()];
    });
  }
}

const reportEvery = 1 << 26;

/** Throws if a file has changed since the plan was made, since its content would then be stored under a wrong fingerprint. */
function unchanged(file: InputFile): { onBytes: (bytes: Uint8Array) => void; atEnd: () => void } {
  const hash = createHash("sha256");
  return {
    onBytes: (bytes) => hash.update(bytes),
    atEnd() {
      if (hash.digest("hex") !== file.sha256) {
        throw new JobFailure(`${file.path} changed after the run was planned; run again to plan with the current file`);
      }
    },
  };
}

/** Throws if the disk has too little space, before hours of writing fill it. A character needs at least one byte. */
function refuseFullDisk(characters: number, folder: string): void {
  const free = freeSpace(folder);
  if (characters <= free) return;
  const [needed, left] = [characters, free].map(formatBytes);
  throw new JobFailure(
    `the corpus has at least ${needed} of text, but the disk of ${folder} has only ${left} left; free some space, or set a limit`,
  );
}

function refuseEmptySplits({ split, documents }: CorpusSpec, found: number, { splits: sizes }: CorpusResult): void {
  for (const name of splits) {
    if (sizes[name].documents > 0 || (name !== "train" && split[name] === 0)) continue;
    const remedy =
      split.by === "position"
        ? "give it a larger share, or more text"
        : "give it a larger share, add text, cut smaller documents (documents: paragraph) or split by position (split: { by: position })";
    throw new JobFailure(
      `the ${name} split of the corpus is empty: it received none of ${found} documents (documents: ${documents}); ${remedy}`,
    );
  }
}

/** The number of code points of a text. */
function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** The index after the first `characters` code points. */
function indexAfter(text: string, characters: number): number {
  let index = 0;
  for (let i = 0; i < characters; i++) index += (text.codePointAt(index) as number) > 0xffff ? 2 : 1;
  return index;
}

function grown(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
