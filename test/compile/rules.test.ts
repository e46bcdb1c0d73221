import { expect, it } from "vitest";
import { check } from "#runtime/compile/check.ts";
import type { Files } from "#runtime/compile/files.ts";
import { problemsOf as everyProblemOf } from "#runtime/compile/problems.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { ProbeSpec, Spec } from "#runtime/contract/spec.ts";
import {
  adamw,
  compare,
  compiled,
  corpus,
  files,
  filesIn,
  finetune,
  masked,
  model,
  objectives,
  pretrain,
  settings,
  specOf,
  task,
  texts,
  tokenizer,
} from "./fixtures.ts";

type Change = Partial<Omit<Spec, "file">>;

function problemsOf(change: Change, seen: Files = files): Problem[] {
  return check(specOf(change), seen);
}

/** The one problem that a change brings into a specification without any. */
function problemOf(change: Change, seen?: Files): Problem {
  const problems = problemsOf(change, seen);
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toHaveLength(1);
  return problems[0]!;
}

/** Text of a file whose two labels are told by `label`. */
const labelled = (label: (index: number) => string, header = "sentence\tpolarity", word = "text") =>
  [header, ...Array.from({ length: 20 }, (_, index) => `${word} ${index}\t${label(index)}`)].join("\n");

it("finds nothing in a specification without mistakes", () => {
  expect(problemsOf({ finetunings: { tuned: finetune() } })).toEqual([]);
});

const base: ProbeSpec["of"][number] = { kind: "pretrain", pretrain: "base" };

function probe(change: Partial<ProbeSpec>): ProbeSpec {
  return { of: [base], tasks: ["sentiment"], epochs: 1, batch: 8, optimizer: adamw, seed: 1, ...change };
}

const errors: { what: string; change: Change; files?: Files; code: string; path: SpecPath; says: string[]; fixes?: string[] }[] = [
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
    says: ["/data/all.json: .json files are not read", ".jsonl"],
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
  // models
  {
    what: "heads that do not divide the width",
    change: { models: { small: model({ hidden: 32, heads: 5 }) } },
    code: "heads-do-not-divide",
    path: ["models", "small", "heads"],
    says: ["5 heads", "32", "4 or 8", "hidden: 35"],
    fixes: ["4", "8"],
  },
  {
    what: "rotary positions in heads of odd width",
    change: { models: { small: model({ hidden: 36, heads: 4, position: "rotary" }) } },
    code: "rotary-odd-width",
    path: ["models", "small", "position"],
    says: ["gives 9"],
    fixes: ["learned", "sinusoidal", "relative"],
  },
  // objectives
  {
    what: "mask, random and keep that do not add up",
    change: { objectives: { mlm: { ...masked, mask: 0.9 } } },
    code: "shares-do-not-add-up",
    path: ["objectives", "mlm", "mask"],
    says: ["90%, 10% and 10% make 110%"],
  },
  {
    what: "a mixture that does not add up",
    change: {
      objectives: {
        mix: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.25, objective: "prefix" },
          ],
        },
      },
    },
    code: "shares-do-not-add-up",
    path: ["objectives", "mix"],
    says: ["50% + 25% make 75%"],
  },
  {
    what: "a part that has no share",
    change: {
      objectives: {
        mix: {
          kind: "mixture",
          parts: [
            { weight: 1, objective: "clm" },
            { weight: 0, objective: "prefix" },
          ],
        },
      },
    },
    code: "share-of-nothing",
    path: ["objectives", "mix", 1],
    says: ["prefix has a share of 0%"],
  },
  {
    what: "a sequence without parts",
    change: { objectives: { phases: { kind: "sequence", parts: [] } } },
    code: "empty-mixture",
    path: ["objectives", "phases"],
    says: ["sequence { 50%: causal"],
  },
  // objective and architecture
  {
    what: "an objective that the architecture cannot carry",
    change: { models: { small: model({ architecture: "encoder" }) } },
    code: "architecture-mismatch",
    path: ["pretrainings", "base", "objective"],
    says: ["clm", "decoder", "small", "encoder", "auto"],
    fixes: ["mlm", "sentiment"],
  },
  {
    what: "a mixture whose parts have no architecture in common",
    change: {
      objectives: {
        both: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.5, objective: "mlm" },
          ],
        },
      },
      pretrainings: { base: pretrain({ objective: "both" }) },
    },
    code: "architecture-mismatch",
    path: ["objectives", "both"],
    says: ["clm needs decoder; mlm needs encoder"],
  },
  {
    what: "a compared objective that the architecture cannot carry",
    change: { models: { small: model({ architecture: "decoder" }) }, comparisons: { which: compare() } },
    code: "architecture-mismatch",
    path: ["comparisons", "which", "vary objective", 1],
    says: ["mlm", "small"],
    fixes: ["clm", "t5", "prefix", "sentiment"],
  },
  {
    what: "a compared model that cannot carry the objective",
    change: {
      models: { wide: model({ hidden: 64 }), both: model({ architecture: "encoder-decoder" }) },
      comparisons: { which: compare({ vary: [{ key: "model", values: ["wide", "both"].map((name) => ({ label: name, value: name })) }] }) },
    },
    code: "architecture-mismatch",
    path: ["comparisons", "which", "vary model", 1],
    says: ["clm", "both", "encoder-decoder"],
    fixes: ["small", "wide"],
  },
  // pre-trainings
  {
    what: "micro-batches that do not divide the batch",
    change: { pretrainings: { base: pretrain({ batch: 8, accumulate: 3 }) } },
    code: "accumulate-does-not-divide",
    path: ["pretrainings", "base", "accumulate"],
    says: ["3", "8", "2 or 4"],
    fixes: ["2", "4"],
  },
  {
    what: "a compared batch that the micro-batches do not divide",
    change: {
      pretrainings: { base: pretrain({ accumulate: 4 }) },
      comparisons: { which: compare({ vary: [{ key: "batch", values: [8, 10].map((value) => ({ label: `${value}`, value })) }] }) },
    },
    code: "accumulate-does-not-divide",
    path: ["comparisons", "which", "vary batch", 1],
    says: ["accumulate: 4", "batch: 10"],
  },
  {
    what: "a budget of nothing",
    change: { pretrainings: { base: pretrain({ budget: { unit: "tokens", value: 0 } }) } },
    code: "empty-budget",
    path: ["pretrainings", "base", "budget"],
    says: ["0 tokens"],
  },
  {
    what: "a context longer than the corpus",
    change: { models: { small: model({ context: 10_001 }) } },
    code: "context-longer-than-corpus",
    path: ["models", "small", "context"],
    says: ["10001", "speeches", "at most 10000 bytes"],
  },
  {
    what: "a context longer than the training part of one long text",
    change: {
      models: { small: model({ context: 9001 }) },
      corpora: { speeches: corpus({ split: { by: "position", validation: 0.05, test: 0.05 } }) },
    },
    code: "context-longer-than-corpus",
    path: ["models", "small", "context"],
    says: ["at most 9000 bytes"],
  },
  {
    what: "more spans than sentinels",
    change: { tokenizers: { pieces: tokenizer({ sentinels: 2 }) }, pretrainings: { base: pretrain({ objective: "t5" }) } },
    code: "too-few-sentinels",
    path: ["pretrainings", "base", "objective"],
    says: ["t5", "pieces has 2", "sentinels: "],
  },
  {
    what: "epochs of an objective that reads no corpus",
    change: { pretrainings: { base: pretrain({ objective: "sentiment", budget: { unit: "epochs", value: 1 } }) } },
    code: "epochs-without-text",
    path: ["pretrainings", "base", "budget"],
    says: ["sentiment", "tokens, steps or flops"],
  },
  // tasks
  {
    what: "a task without its file",
    change: { tasks: { sentiment: task({ test: "/data/nowhere.tsv" }) } },
    code: "missing-file",
    path: ["tasks", "sentiment", "test"],
    says: ["/data/nowhere.tsv"],
  },
  {
    what: "a task without its column",
    change: { tasks: { sentiment: task({ text: "sentense" }) } },
    code: "missing-column",
    path: ["tasks", "sentiment", "text"],
    says: ["sentense", "sentence"],
    fixes: ["sentence"],
  },
  {
    what: "a task without its label column",
    change: { tasks: { sentiment: task({ label: "polarities" }) } },
    code: "missing-column",
    path: ["tasks", "sentiment", "label"],
    says: ["polarities", "polarity"],
    fixes: ["polarity"],
  },
  {
    what: "one label alone",
    change: { tasks: { sentiment: task({ train: "/data/one.tsv", validation: 0.2, test: 0.2 }) } },
    files: filesIn({ ...texts, "/data/one.tsv": labelled(() => "good") }),
    code: "one-class",
    path: ["tasks", "sentiment", "label"],
    says: ["good"],
  },
  {
    what: "a label that does not occur in training",
    change: { tasks: { sentiment: task({ test: "/data/other.tsv" }) } },
    files: filesIn({ ...texts, "/data/other.tsv": labelled(() => "neutral") }),
    code: "unknown-label",
    path: ["tasks", "sentiment", "test"],
    says: ["neutral", "bad", "good"],
  },
  {
    what: "f1 over three labels",
    change: { tasks: { sentiment: task({ train: "/data/three.tsv", validation: 0.2, test: 0.2 }) } },
    files: filesIn({ ...texts, "/data/three.tsv": labelled((index) => "abc"[index % 3]!) }),
    code: "f1-needs-two-labels",
    path: ["tasks", "sentiment", "metrics", 1],
    says: ["f1", "3 labels"],
    fixes: ["f1_macro"],
  },
  // fine-tunings
  {
    what: "more layers than the model has",
    change: { finetunings: { tuned: finetune({ train: { kind: "last", layers: 3 } }) } },
    code: "more-layers-than-model",
    path: ["finetunings", "tuned", "train"],
    says: ["last 3 layers", "small has 2"],
    fixes: ["last 2 layers", "all"],
  },
  {
    what: "a rank above the width",
    change: { finetunings: { tuned: finetune({ train: { kind: "lora", rank: 33, alpha: 16 } }) } },
    code: "rank-above-width",
    path: ["finetunings", "tuned", "train", "rank"],
    says: ["33", "32"],
  },
  {
    what: "fine-tuning micro-batches that do not divide the batch",
    change: { finetunings: { tuned: finetune({ batch: 8, accumulate: 5 }) } },
    code: "accumulate-does-not-divide",
    path: ["finetunings", "tuned", "accumulate"],
    says: ["5", "8"],
  },
  // comparisons
  {
    what: "a comparison without a vary line",
    change: { comparisons: { which: compare({ vary: [], baselines: [] }) } },
    code: "varies-nothing",
    path: ["comparisons", "which"],
    says: ["vary objective: [", "baselines: [scratch]"],
  },
  {
    what: "a comparison of one value",
    change: { comparisons: { which: compare({ vary: objectives("clm"), baselines: [] }) } },
    code: "varies-nothing",
    path: ["comparisons", "which", "vary objective"],
    says: ["one value"],
  },
  {
    what: "the same key in two lines",
    change: {
      comparisons: {
        which: compare({
          vary: [
            { key: "batch", values: [8, 16].map((value) => ({ label: `${value}`, value })) },
            { key: "batch", values: [4, 2].map((value) => ({ label: `${value}`, value })) },
          ],
        }),
      },
    },
    code: "varied-twice",
    path: ["comparisons", "which", "vary batch"],
    says: ["two lines"],
  },
  {
    what: "a learning rate that is varied and searched",
    change: {
      comparisons: { which: compare({ vary: rates(1e-3, 1e-2), search: { learningRates: [1e-3, 3e-3] } }) },
    },
    code: "searched-and-varied",
    path: ["comparisons", "which", "vary learning_rate"],
    says: ["would replace those of vary learning_rate"],
  },
  {
    what: "a learning rate that is searched twice",
    change: {
      comparisons: {
        which: compare({
          vary: [{ key: "batch", values: [8, 16].map((value) => ({ label: String(value), value })) }],
          search: { learningRates: [1e-3, 1e-3] },
        }),
      },
    },
    code: "searched-twice",
    path: ["comparisons", "which", "search"],
    says: ["0.001 is searched twice"],
  },
  {
    what: "the same name twice",
    change: { comparisons: { which: compare({ vary: objectives("clm", "clm") }) } },
    code: "same-twice",
    path: ["comparisons", "which", "vary objective", 1],
    says: ["clm stands twice"],
  },
  {
    what: "seeds repeated",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), seeds: [1, 2, 1] }) } },
    code: "repeated-seeds",
    path: ["comparisons", "which", "seeds"],
    says: ["The seed 1 stands twice"],
    fixes: ["[1, 2]"],
  },
  {
    what: "fine-tuning seeds repeated",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [{ ...settings(), seeds: [3, 3] }] }) } },
    code: "repeated-seeds",
    path: ["comparisons", "which", "finetune", 0, "seeds"],
    says: ["The seed 3 stands twice"],
  },
  {
    what: "no seeds",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), seeds: [] }) } },
    code: "no-seeds",
    path: ["comparisons", "which", "seeds"],
    says: ["seeds: 1..5"],
  },
  {
    what: "a task twice",
    change: {
      comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [1, 2].map((seed) => ({ ...settings(), seeds: [seed] })) }) },
    },
    code: "task-twice",
    path: ["comparisons", "which", "finetune", 1, "task"],
    says: ["sentiment"],
  },
  {
    what: "a checkpoint twice",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), checkpoints: [0.25, 0.5, 0.25] }) } },
    code: "checkpoint-twice",
    path: ["comparisons", "which", "checkpoints", 2],
    says: ["25%"],
  },
  {
    what: "checkpoints without a task",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), checkpoints: [0.5], finetune: [], baselines: [] }) } },
    code: "checkpoints-without-task",
    path: ["comparisons", "which", "checkpoints"],
    says: ["finetune: { task: … }"],
  },
  {
    what: "a baseline twice",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), baselines: ["scratch", "scratch"] }) } },
    code: "baseline-twice",
    path: ["comparisons", "which", "baselines", 1],
    says: ["scratch"],
  },
  {
    what: "an expectation twice",
    change: {
      comparisons: {
        which: compare({
          vary: rates(1e-3, 1e-4),
          expect: Array.from({ length: 2 }, () => ({
            left: "0.001",
            operator: ">",
            right: "0.0001",
            task: "sentiment",
            metric: "accuracy",
          })),
        }),
      },
    },
    code: "expectation-twice",
    path: ["comparisons", "which", "expect", 1],
    says: ["0.001 > 0.0001 on sentiment.accuracy"],
  },
  {
    what: "a metric twice",
    change: { tasks: { sentiment: task({ metrics: ["accuracy", "f1", "accuracy"] }) } },
    code: "metric-twice",
    path: ["tasks", "sentiment", "metrics", 2],
    says: ["The metric accuracy stands twice"],
  },
  {
    what: "a start of a probe twice",
    change: { probes: { layers: probe({ of: [base, base] }) } },
    code: "start-twice",
    path: ["probes", "layers", "of", 1],
    says: ["The start base stands twice"],
  },
  {
    what: "a task of a probe twice",
    change: { probes: { layers: probe({ tasks: ["sentiment", "sentiment"] }) } },
    code: "task-twice",
    path: ["probes", "layers", "tasks", 1],
    says: ["The task sentiment stands twice"],
  },
  {
    what: "baselines without a task",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [], baselines: ["scratch"] }) } },
    code: "baselines-without-task",
    path: ["comparisons", "which", "baselines"],
    says: ["scratch", "finetune: { task"],
  },
  {
    what: "objectives without text where only text could be scored",
    change: {
      pretrainings: { base: pretrain({ objective: "sentiment" }) },
      comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [], baselines: [] }) },
    },
    code: "nothing-to-score",
    path: ["comparisons", "which"],
    says: ["read no text", "finetune: { task"],
  },
  {
    what: "a corpus that keeps no text to score",
    change: {
      corpora: { speeches: corpus({ split: { by: "document", validation: 0, test: 0 } }) },
      comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [], baselines: [] }) },
    },
    code: "nothing-to-score",
    path: ["corpora", "speeches", "split"],
    says: ["which", "validation share"],
  },
  // expectations
  {
    what: "an expectation of a cell that is not there",
    change: { comparisons: { which: expecting({ left: "1e3" }) } },
    code: "unknown-cell",
    path: ["comparisons", "which", "expect", 0],
    says: ["no 1e3", "0.001, 0.0001, scratch and majority"],
  },
  {
    what: "an expectation of a baseline that is not there",
    change: { comparisons: { which: { ...expecting({ right: "scratch" }), baselines: [] } } },
    code: "unknown-cell",
    path: ["comparisons", "which", "expect", 0],
    says: ["baselines: [scratch]"],
  },
  {
    what: "an expectation on an unknown task",
    change: { comparisons: { which: expecting({ task: "sentimant" }) } },
    code: "unknown-task",
    path: ["comparisons", "which", "expect", 0],
    says: ["sentimant", "sentiment"],
    fixes: ["0.001 > 0.0001 on sentiment.accuracy"],
  },
  {
    what: "an expectation on an unknown metric",
    change: { comparisons: { which: expecting({ metric: "acuracy" }) } },
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["acuracy", "Use accuracy, precision, "],
    fixes: ["0.001 > 0.0001 on sentiment.accuracy"],
  },
  {
    what: "an expectation on a metric of something else",
    change: { comparisons: { which: expecting({ metric: "perplexity" }) } },
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["perplexity is not a score of sentiment"],
  },
  {
    what: "an expectation on f1 over three labels",
    change: {
      comparisons: { which: expecting({ metric: "f1" }) },
      tasks: { sentiment: task({ train: "/data/three.tsv", validation: 0.2, test: 0.2, metrics: ["accuracy"] }) },
    },
    files: filesIn({ ...texts, "/data/three.tsv": labelled((index) => "abc"[index % 3]!) }),
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["f1 is not a score of sentiment", "f1_macro"],
  },
  {
    what: "an expectation of one cell of a grid",
    change: {
      comparisons: {
        which: {
          ...expecting({}),
          vary: [...rates(1e-3, 1e-4), { key: "batch", values: [8, 16].map((value) => ({ label: `${value}`, value })) }],
        },
      },
    },
    code: "expectation-of-grid",
    path: ["comparisons", "which", "expect", 0],
    says: ["0.001, 8"],
  },
  {
    what: "a cell against itself",
    change: { comparisons: { which: expecting({ right: "0.001" }) } },
    code: "expects-itself",
    path: ["comparisons", "which", "expect", 0],
    says: ["itself"],
  },
];

it.each(errors)("refuses $what", ({ change, files: seen, code, path, says, fixes }) => {
  const problem = problemOf(change, seen);
  expect(problem).toMatchObject({ severity: "error", code, path });
  for (const words of says) expect(problem.message).toContain(words);
  if (fixes) expect(problem.fixes).toEqual(fixes);
});

const warnings: { what: string; change: Change; code: string; path: SpecPath; says: string[] }[] = [
  {
    what: "the same objective under two names",
    change: { objectives: { lm: { kind: "causal" } }, comparisons: { which: compare({ vary: objectives("clm", "lm") }) } },
    code: "same-thing",
    path: ["comparisons", "which", "vary objective", 1],
    says: ["clm and lm are the same", "A/A comparison"],
  },
  {
    what: "a model that differs in what the objective decides anyway",
    change: {
      models: { causal: model({ architecture: "decoder" }) },
      comparisons: {
        which: compare({ vary: named("model", "small", "causal") }),
      },
    },
    code: "same-thing",
    path: ["comparisons", "which", "vary model", 1],
    says: ["small and causal are the same"],
  },
  {
    what: "the same corpus under two names",
    change: { corpora: { same: corpus({}) }, comparisons: { which: compare({ vary: named("corpus", "speeches", "same") }) } },
    code: "same-thing",
    path: ["comparisons", "which", "vary corpus", 1],
    says: ["speeches and same are the same"],
  },
  {
    what: "splits that overlap",
    change: { tasks: { sentiment: task({ test: "/data/dev.tsv" }) } },
    code: "overlapping-splits",
    path: ["tasks", "sentiment", "test"],
    says: ["10 of 10 test texts", "validation"],
  },
  {
    what: "cells of different architectures",
    change: { comparisons: { which: compare({ vary: objectives("clm", "prefix", "mlm", "t5") }) } },
    code: "architectures-differ",
    path: ["comparisons", "which", "vary objective"],
    says: ["clm and prefix: decoder; mlm: encoder; t5: encoder-decoder"],
  },
  {
    what: "cells of different vocabularies",
    change: {
      tokenizers: { more: tokenizer({ vocabulary: 2000 }) },
      comparisons: {
        which: compare({ vary: [{ key: "tokenizer", values: ["pieces", "more"].map((name) => ({ label: name, value: name })) }] }),
      },
    },
    code: "vocabularies-differ",
    path: ["tokenizers", "more", "vocabulary"],
    says: ["2,000 entries", "bits per byte"],
  },
  {
    what: "a tokenizer that folds case beside one that does not",
    change: {
      tokenizers: { folded: tokenizer({ lowercase: true }) },
      comparisons: { which: compare({ vary: named("tokenizer", "pieces", "folded"), finetune: [], baselines: [] }) },
    },
    code: "text-not-given-back",
    path: ["tokenizers", "folded", "lowercase"],
    says: [
      "folded gets no verdict on bits per byte beside other tokenizers where it does not give the text back: it loses upper and lower case",
      "leave lowercase out of folded",
    ],
  },
  {
    what: "WordPiece beside another tokenizer",
    change: {
      tokenizers: { uncased: tokenizer({ kind: "wordpiece", lowercase: true }) },
      comparisons: { which: compare({ vary: named("tokenizer", "pieces", "uncased"), finetune: [], baselines: [] }) },
    },
    code: "text-not-given-back",
    path: ["tokenizers", "uncased", "kind"],
    says: ["it loses upper and lower case, accents and where spaces stand", "kind bpe, unigram or bytes"],
  },
  {
    what: "scores on different texts",
    change: {
      corpora: { a: corpus({ files: ["/data/a.txt"] }) },
      comparisons: {
        which: compare({
          vary: named("corpus", "speeches", "a"),
          finetune: [],
          baselines: [],
        }),
      },
    },
    code: "corpora-differ",
    path: ["comparisons", "which", "vary corpus"],
    says: ["easier text"],
  },
  {
    what: "scores of different objectives",
    change: { comparisons: { which: compare({ vary: objectives("clm", "prefix"), finetune: [], baselines: [] }) } },
    code: "perplexities-not-comparable",
    path: ["comparisons", "which"],
    says: ["not ranked", "finetune: { task"],
  },
];

it.each(warnings)("warns of $what", ({ change, code, path, says }) => {
  const problem = problemOf(change);
  expect(problem).toMatchObject({ severity: "warning", code, path });
  for (const words of says) expect(problem.message).toContain(words);
});

it("has nothing against tokenizers that lose text where all cells share one, or are compared on a task", () => {
  const tokenizers = { uncased: tokenizer({ kind: "wordpiece", lowercase: true }) };
  const pretrainings = { base: pretrain({ tokenizer: "uncased" }) };
  const codes = (change: Parameters<typeof specOf>[0]) => compiled(specOf(change)).problems.map(({ code }) => code);
  const own = { which: compare({ vary: rates(1e-3, 1e-4), finetune: [], baselines: [] }) };
  expect(codes({ tokenizers, pretrainings, comparisons: own })).not.toContain("text-not-given-back");
  const tasks = { which: compare({ vary: named("tokenizer", "pieces", "uncased") }) };
  expect(codes({ tokenizers, comparisons: tasks })).not.toContain("text-not-given-back");
  const [sizes] = compiled(
    specOf({
      tokenizers: { more: tokenizer({ vocabulary: 2000, lowercase: true }) },
      comparisons: { which: compare({ vary: named("tokenizer", "pieces", "more"), finetune: [], baselines: [] }) },
    }),
  ).problems.filter(({ code }) => code === "vocabularies-differ");
  expect(sizes!.message).toContain("compare task scores, not perplexity");
});

it("says a mistake that several cells share once", () => {
  const problem = problemOf({ models: { small: model({ heads: 5 }) }, comparisons: { which: compare({ vary: rates(1e-3, 1e-4, 1e-5) }) } });
  expect(problem.code).toBe("heads-do-not-divide");
});

it("has nothing against a sequence that ends in a task", () => {
  const change: Change = {
    objectives: {
      early: {
        kind: "sequence",
        parts: [
          { weight: 0.8, objective: "clm" },
          { weight: 0.2, objective: "sentiment" },
        ],
      },
    },
    comparisons: { which: compare({ vary: objectives("clm", "early") }) },
  };
  expect(problemsOf(change)).toEqual([]);
});

it("does not take a part of a corpus for the corpus", () => {
  const part = corpus({ limit: { unit: "documents", value: 1 } });
  expect(problemsOf({ corpora: { part }, comparisons: { which: compare({ vary: named("corpus", "speeches", "part") }) } })).toEqual([]);
});

function named(key: "corpus" | "model" | "tokenizer", ...names: string[]) {
  return [{ key, values: names.map((name) => ({ label: name, value: name })) }];
}

function rates(...values: number[]) {
  return [{ key: "learning_rate" as const, values: values.map((value) => ({ label: `${value}`, value })) }];
}

function expecting(change: Partial<ReturnType<typeof compare>["expect"][number]>) {
  const expectation = { left: "0.001", operator: ">" as const, right: "0.0001", task: "sentiment", metric: "accuracy", ...change };
  return compare({ vary: rates(adamw.learningRate, 1e-4), expect: [expectation] });
}

it("says beforehand that a model by its sizes cannot be exported, once, and nothing of one that can", () => {
  const said = (change: Change) => everyProblemOf(specOf(change), files).filter(({ code }) => code === "not-exportable");
  const [encoder, ...more] = said({
    models: { tiny: model() },
    pretrainings: { base: pretrain({ model: "tiny", objective: "mlm" }), again: pretrain({ model: "tiny", objective: "mlm" }) },
  });
  expect(encoder).toMatchObject({ severity: "info", path: ["models", "tiny"] });
  expect(encoder!.message).toMatch(/no class for an encoder .*family: bert/);
  expect(more).toEqual([]);
  expect(
    said({ models: { tiny: model({ family: "bert" }) }, pretrainings: { base: pretrain({ model: "tiny", objective: "mlm" }) } }),
  ).toEqual([]);
});

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
  expect(job.model.vocabulary).toBeLessThan(10_000);
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
