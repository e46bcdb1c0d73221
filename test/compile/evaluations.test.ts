import { expect, it } from "vitest";
import type { TaskSpecOf } from "#runtime/contract/spec.ts";
import { compare, filesIn, finetune, jobsOf, ofKind, pretrain, settings, specOf, texts } from "./fixtures.ts";

const files = filesIn({ ...texts, "/data/pairs.jsonl": '{"sentence_good": "a dog barks", "sentence_bad": "a dog bark"}\n' });
const grammar: TaskSpecOf<"minimal_pairs"> = {
  kind: "minimal_pairs",
  train: null,
  validation: null,
  test: ["/data/pairs.jsonl"],
  data: { format: "auto", columns: null, separators: null, encoding: "utf-8" },
  metrics: ["accuracy"],
  good: "sentence_good",
  bad: "sentence_bad",
  group: null,
};
const tasks = { grammar };

it("a model on a task that trains nothing is a job of kind evaluate, with the weights and the batch that were asked for", () => {
  const spec = specOf({ tasks, finetunings: { scored: finetune({ task: "grammar", batch: 8, accumulate: 2 }) } });
  const jobs = jobsOf(spec, "scored", { files });
  expect(ofKind(jobs, "finetune")).toEqual([]);
  const [pretraining] = ofKind(jobs, "pretrain");
  expect(ofKind(jobs, "evaluate")).toMatchObject([{ name: "scored", from: pretraining!.id, taskName: "grammar", batch: 4 }]);
});

it("seeds of fine-tuning share an evaluation of trained weights; fresh weights of each seed have their own", () => {
  const onGrammar = { ...settings({ task: "grammar" }), seeds: [1, 2] };
  const spec = specOf({ tasks, comparisons: { which: compare({ seeds: [1, 2], finetune: [onGrammar], baselines: ["scratch"] }) } });
  const jobs = jobsOf(spec, "which", { files });
  const [comparison] = ofKind(jobs, "compare");
  for (const { runs } of comparison!.cells) for (const { finetunes } of runs) expect(new Set(finetunes.map(({ job }) => job)).size).toBe(1);
  const scratch = comparison!.baselines.filter(({ cell }) => cell === comparison!.cells[0]!.cell).map(({ job }) => job);
  expect(new Set(scratch).size).toBe(4);
});

it("an encoder-decoder assigns no probability to a sentence alone", () => {
  const spec = specOf({
    tasks,
    pretrainings: { base: pretrain({ objective: "t5" }) },
    finetunings: { scored: finetune({ task: "grammar" }) },
  });
  expect(() => jobsOf(spec, "scored", { files })).toThrow(/an encoder-decoder assigns no probability to a sentence alone/);
});
