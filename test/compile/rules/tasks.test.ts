import { expect, it } from "vitest";
import { compare, filesIn, finetune, settings, task, texts } from "../fixtures.ts";
import { expectRefused, expectWarned, labelled, problemsOf, type Refused, rates, type Warned } from "./helpers.ts";

it("finds nothing in a specification without mistakes", () => {
  expect(problemsOf({ finetunings: { tuned: finetune(), stopped: finetune({ epochs: 3, patience: 1 }) } })).toEqual([]);
});

const errors: Refused[] = [
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
    says: ["last 3 layers", "small has only 2"],
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
];

it.each(errors)("refuses $what", expectRefused);

const warnings: Warned[] = [
  {
    what: "a patience that never stops a fine-tuning early",
    change: { finetunings: { tuned: finetune({ epochs: 3, patience: 2 }) } },
    code: "patience-never-stops",
    path: ["finetunings", "tuned", "patience"],
    says: ["patience: 2 never stops the fine-tuning early", "epochs: 3", "a patience of at most 1"],
  },
  {
    what: "the same in a comparison",
    change: {
      comparisons: { which: compare({ vary: rates(1e-3, 1e-4), finetune: [{ ...settings({ epochs: 2, patience: 5 }), seeds: [1] }] }) },
    },
    code: "patience-never-stops",
    path: ["comparisons", "which", "finetune", 0, "patience"],
    says: ["Use more epochs, or leave patience out."],
  },
  {
    what: "splits that overlap",
    change: { tasks: { sentiment: task({ test: "/data/dev.tsv" }) } },
    code: "overlapping-splits",
    path: ["tasks", "sentiment", "test"],
    says: ["10 of 10 test texts", "validation"],
  },
];

it.each(warnings)("warns of $what", expectWarned);
