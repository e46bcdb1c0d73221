import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { openStore } from "#runtime/runs/store.ts";
import { eventsIn, folderWith, pretrain, sentences } from "./cli.ts";

const experiment = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: bpe, vocabulary: 1000, train on: tales }
model small { architecture: decoder, layers: 1, hidden: 16, heads: 2, context: 32 }
model large { extends: small, layers: 4, hidden: 64 }
objective clm = causal
pretrain base { model: small, objective: clm, corpus: tales, tokenizer: letters, budget: 60 steps, batch: 4 }
compare sizes {
  extends: base
  vary model: [small, large]
  match: time
  search: { learning_rate: [1e-2, 1e-5] }
  seeds: 1..2
}
`;

test("steps from measured times, then the rate that is best on validation, then the comparison; nothing is run for nothing", async () => {
  const folder = folderWith({ "a.pretrain": experiment, "tales.txt": sentences(200) });
  const { code, stdout, stderr } = await pretrain(folder, "run", "a.pretrain", "sizes", "--json", "--engine", "onnx", "--jobs", "2");
  expect(code, stderr).toBe(0);
  const store = openStore(join(folder, ".pretrain"));
  const jobs = store.jobs().map((id) => store.readJob(id)!);
  const of = <K extends JobKind>(kind: K) => jobs.filter((job): job is JobOf<K> => job.kind === kind);
  const events = eventsIn(stdout);

  const [compared] = of("compare");
  const seconds = (layers: number) => store.readResult(of("measure").find(({ model }) => model.layers === layers)!)!.secondsPerStep;
  const steps = compared!.cells.map(({ matched }) => matched.steps);
  expect(steps).toEqual([60, Math.max(1, Math.round((60 * seconds(1)) / seconds(4)))]);

  // two rates of each cell with the first seed, of which one is the cell's own, and the second seed with that rate
  expect(of("pretrain")).toHaveLength(6);
  for (const [index, { searched, runs }] of compared!.cells.entries()) {
    const tried = searched!.runs.map(({ learningRate, job }) => {
      const run = of("pretrain").find(({ id }) => id === job)!;
      expect(run.steps).toBe(steps[index]);
      const scores = store.readResult(run)!.scores;
      return { learningRate, loss: scores.find(({ metric, split }) => metric === "loss" && split === "validation")!.value!, job };
    });
    const best = tried.toSorted((a, b) => a.loss - b.loss)[0]!;
    expect(searched!.learningRate).toBe(best.learningRate);
    expect(runs[0]!.pretrain).toBe(best.job);
    const second = of("pretrain").find(({ id }) => id === runs[1]!.pretrain)!;
    expect(second.optimizer.learningRate).toBe(best.learningRate);
  }

  // one after another: nothing beside a measurement, no rate before both
  const order = namesOf(events, jobs);
  const measuring = order.filter((each) => each.includes("step time")).map((each) => order.indexOf(each));
  expect(measuring).toEqual([measuring[0], measuring[0]! + 1, measuring[0]! + 2, measuring[0]! + 3]);
  expect(order.findIndex((each) => each.includes("learning rate"))).toBeGreaterThan(measuring[3]!);

  const printed = await pretrain(folder, "results", "a.pretrain", "sizes", "--json");
  const { matched } = JSON.parse(printed.stdout) as ComparisonResult;
  expect(matched.match).toBe("time");
  for (const cell of matched.cells) expect(cell).toMatchObject({ learning_rate: 0.01, search_flops: cell.flops });
});

/** What began and ended, in order. */
function namesOf(events: readonly RunEvent[], jobs: readonly Job[]): string[] {
  const names = new Map(jobs.map(({ id, name }) => [id, name]));
  return events
    .filter(({ event }) => event === "job-started" || event === "job-done")
    .map(({ event, job }) => `${event} ${names.get(job)}`);
}
