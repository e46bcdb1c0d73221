import { expect, it } from "vitest";
import type { ProbeSpec } from "#runtime/contract/spec.ts";
import { adamw, compare, compiled, corpus, model, objectives, pretrain, settings, specOf, task, tokenizer } from "../fixtures.ts";
import { expectRefused, expectWarned, named, problemOf, problemsOf, type Refused, rates, type Warned } from "./helpers.ts";

const base: ProbeSpec["of"][number] = { kind: "pretrain", pretrain: "base" };

function probe(change: Partial<ProbeSpec>): ProbeSpec {
  return { of: [base], tasks: ["sentiment"], epochs: 1, batch: 8, optimizer: adamw, seed: 1, ...change };
}

const errors: Refused[] = [
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
    says: ["clm occurs twice"],
  },
  {
    what: "seeds repeated",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), seeds: [1, 2, 1] }) } },
    code: "repeated-seeds",
    path: ["comparisons", "which", "seeds"],
    says: ["The seed 1 occurs twice"],
    fixes: ["[1, 2]"],
  },
  {
    what: "fine-tuning seeds repeated",
    change: { comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [{ ...settings(), seeds: [3, 3] }] }) } },
    code: "repeated-seeds",
    path: ["comparisons", "which", "finetune", 0, "seeds"],
    says: ["The seed 3 occurs twice"],
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
    says: ["The metric accuracy occurs twice"],
  },
  {
    what: "a start of a probe twice",
    change: { probes: { layers: probe({ of: [base, base] }) } },
    code: "start-twice",
    path: ["probes", "layers", "of", 1],
    says: ["The start base occurs twice"],
  },
  {
    what: "a task of a probe twice",
    change: { probes: { layers: probe({ tasks: ["sentiment", "sentiment"] }) } },
    code: "task-twice",
    path: ["probes", "layers", "tasks", 1],
    says: ["The task sentiment occurs twice"],
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
];

it.each(errors)("refuses $what", expectRefused);

const warnings: Warned[] = [
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
    what: "cells of different architectures",
    change: {
      objectives: { order: { kind: "deshuffling" } },
      comparisons: { which: compare({ vary: objectives("clm", "prefix", "mlm", "order") }) },
    },
    code: "architectures-differ",
    path: ["comparisons", "which", "vary objective"],
    says: ["clm and prefix: decoder; mlm: encoder; order: encoder-decoder"],
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
      "folded gets no verdict on bits per byte against other tokenizers, because it does not reproduce the text: it loses upper and lower case",
      "omit lowercase in folded",
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
    says: ["it loses upper and lower case, accents and the positions of spaces", "kind bpe, unigram or bytes"],
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

it.each(warnings)("warns of $what", expectWarned);

it("accepts tokenizers that lose text if all cells share one, or are compared on a task", () => {
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

it("does not take a part of a corpus for the corpus", () => {
  const part = corpus({ limit: { unit: "documents", value: 1 } });
  expect(problemsOf({ corpora: { part }, comparisons: { which: compare({ vary: named("corpus", "speeches", "part") }) } })).toEqual([]);
});
