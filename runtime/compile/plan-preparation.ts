import type { CheckpointFiles, CorpusJob, EncodeJob, InputFile, TokenizerJob } from "#runtime/contract/plan.ts";
import type { SpecPath } from "#runtime/contract/problem.ts";
import type { ExistingTokenizerSpec, Ref } from "#runtime/contract/spec.ts";
import { checkpointContent, corpusContent, tokenizerContent } from "./fingerprint.ts";
import { type Planner, unplannable } from "./planner.ts";
import { filesOf } from "./planning-files.ts";
import { readTokenizerFile } from "./tokenizer-files.ts";

/** Plans the job of a corpus. `at`: place of its name in the specification. */
export function planCorpus(planner: Planner, name: Ref, at: SpecPath = ["corpora", name]): CorpusJob | null {
  const corpus = planner.spec.corpora[name];
  if (!corpus)
    return unplannable(planner, "unresolved-reference", at, `The corpus ${name} cannot be used. See the problem at its declaration.`);
  const files: InputFile[] = [];
  for (const path of filesOf(corpus.files, planner.files)) {
    const found = planner.files.fingerprint(path);
    if (!found) return unplannable(planner, "file-not-readable", ["corpora", name, "files"], `${path} cannot be read.`);
    files.push({ path, ...found });
  }
  return planner.graph.add("corpus", corpusContent(corpus, files), { name, after: [], corpus: withoutDoc(corpus), files });
}

export function planTokenizer(planner: Planner, name: Ref, at: SpecPath = ["tokenizers", name]): TokenizerJob | null {
  const tokenizer = planner.spec.tokenizers[name];
  if (!tokenizer)
    return unplannable(planner, "unresolved-reference", at, `The tokenizer ${name} cannot be used. See the problem at its declaration.`);
  if (tokenizer.kind === "existing") return planTokenizerFile(planner, name, tokenizer);
  const corpus = planCorpus(planner, tokenizer.trainOn, ["tokenizers", name, "train on"]);
  if (!corpus) return null;
  return planner.graph.add("tokenizer", tokenizerContent(tokenizer, corpus.fingerprint), {
    name,
    after: [corpus.id],
    tokenizer: withoutDoc(tokenizer),
    corpus: corpus.id,
  });
}

/** The settings of a job without the comment of the declaration. */
function withoutDoc<T extends { doc?: string }>({ doc: _, ...settings }: T): Omit<T, "doc"> {
  return settings;
}

/**
 * Plans a tokenizer from a file, to which the tokens that it lacks are added. With a checkpoint, which has embeddings only for its own
 * tokens, none is added.
 */
export function planTokenizerFile(
  planner: Planner,
  name: Ref,
  tokenizer: ExistingTokenizerSpec,
  { adds } = { adds: true },
): TokenizerJob | null {
  const read = readTokenizerFile(tokenizer, planner.files);
  if ("wrong" in read) return unplannable(planner, "unusable-tokenizer", ["tokenizers", name, read.key], read.wrong);
  const { file, entries, pad } = read;
  const added = adds ? read.added : [];
  const content = { file: file.sha256, added };
  return planner.graph.add("tokenizer", content, { name, after: [], file, added, pad, vocabulary: entries + added.length });
}

/** Plans the tokenizer of a checkpoint. `name`: name of the model. */
export function planOwnTokenizer(planner: Planner, name: Ref, checkpoint: CheckpointFiles): TokenizerJob {
  const content = { checkpoint: checkpointContent(checkpoint) };
  return planner.graph.add("tokenizer", content, { name: `${name}'s tokenizer`, after: [], checkpoint });
}

export function planEncoding(planner: Planner, corpus: CorpusJob, tokenizer: TokenizerJob): EncodeJob {
  return planner.graph.add(
    "encode",
    { corpus: corpus.fingerprint, tokenizer: tokenizer.fingerprint },
    {
      name: `${corpus.name} in ${tokenizer.name}`,
      after: [corpus.id, tokenizer.id],
      corpus: corpus.id,
      tokenizer: tokenizer.id,
      // part of the corpus' fingerprint
      limit: corpus.corpus.limit?.unit === "tokens" ? corpus.corpus.limit.value : null,
    },
  );
}
