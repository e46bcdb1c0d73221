import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { FinetuneJob, PretrainJob } from "#runtime/contract/plan.ts";
import { sealedText } from "#runtime/contract/sealed.ts";
import { doneTrainings } from "#runtime/machine/done-trainings.ts";
import { estimates } from "#runtime/machine/estimate.ts";
import { readSpeed, writeSpeed } from "#runtime/machine/speeds.ts";
import { finetuningSteps, stepWork, trainingFlops, workOf } from "#runtime/machine/work.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const session = { start: "", outcome: "done", pretrain: "1", node: "", platform: "", pid: 2 };

const pretraining = (id: string, flopsPerStep: number, steps: number) =>
  ({ id, kind: "pretrain", steps, accumulate: 1, cost: { flopsPerStep } }) as PretrainJob;

const finetuning = (more: object = {}, settings: object = {}) =>
  ({
    id: "finetune-1",
    kind: "finetune",
    task: { kind: "classification" },
    settings: { epochs: 3, batch: 16, accumulate: 1, train: { kind: "all" }, ...settings },
    examples: { train: 100, validation: 32, test: 50 },
    fill: 0.25,
    cost: { flopsPerStep: 1e12 },
    ...more,
  }) as FinetuneJob;

test("a fine-tuning takes an epoch's batches times the epochs; with patience at most", () => {
  expect(finetuningSteps(finetuning())).toEqual({ steps: 21, certainty: "exact" });
  expect(finetuningSteps(finetuning({}, { patience: 2 }))).toEqual({ steps: 21, certainty: "at most" });
  expect(finetuningSteps(finetuning({ task: { kind: "span_question_answering" } }))).toEqual({ steps: 21, certainty: "about" });
});

test("its FLOPs are those of texts of their length, and its work holds the validations", () => {
  expect(trainingFlops(finetuning())).toBe(21 * 0.25e12);
  const each = stepWork(0.25e12);
  expect(workOf(finetuning())).toBeCloseTo(each * (21 + (3 * 2) / 3));
  // only a head is trained: all else is forward in training too
  expect(workOf(finetuning({}, { train: { kind: "head" } }))).toBeCloseTo(each * (21 + 3 * 2));
});

test("small steps are slower for what they compute, and micro-batches are small steps", () => {
  expect(stepWork(1e8) / 1e8).toBeGreaterThan(2);
  expect(stepWork(1e12) / 1e12).toBeLessThan(1.01);
  expect(stepWork(1e9, 10)).toBeCloseTo(10 * stepWork(1e8));
  expect(stepWork(0)).toBe(0);
});

test("done trainings of the kind come before the measured speed", () => {
  const speed = { workPerSecond: 1e9, processors: 2, version: "1", date: "" };
  const done = [{ kind: "pretrain" as const, engine: "onnx", work: 4e12, seconds: 400 }];
  const job = pretraining("pretrain-1", 1e12, 10);
  const seconds = (of: ReturnType<typeof estimates>, each = job as PretrainJob | FinetuneJob) => of.of(each)!;
  const byDone = seconds(estimates({ engine: "onnx", done, speed }));
  const bySpeed = seconds(estimates({ engine: "onnx", done: [], speed }));
  expect((bySpeed - byDone) / byDone).toBeGreaterThan(8);
  // what another engine did says nothing
  expect(seconds(estimates({ engine: "tensorflow", done, speed }))).toBe(bySpeed);
  expect(estimates({ engine: "onnx", done, speed: undefined }).of(finetuning())).toBeUndefined();
  expect(estimates({ engine: "onnx", done, speed: undefined }).needSpeed([job])).toBe(false);
  expect(estimates({ engine: "onnx", done, speed: undefined }).needSpeed([job, finetuning()])).toBe(true);
});

test("a run folder tells what a training took of the machine: on one of several processors, its part", () => {
  const root = temporaryFolder();
  const write = (id: string, files: Record<string, object>) => {
    mkdirSync(join(root, "runs", id), { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(root, "runs", id, `${name}.json`), sealedText(content));
  };
  const processors = availableParallelism();
  const manifest = (host: string) => ({
    ...{ job: "", fingerprint: "", files: [] },
    sessions: [{ ...session, host, engine: { engine: "onnx", version: "1", device: "cpu", threads: 1 } }],
  });
  const result = (seconds: number) => ({ steps: 10, tokens: 1, predicted: 1, flops: 1, seconds, finalLoss: 1, scores: [] });
  const rest = {
    ...{ name: "", after: [], fingerprint: "", encoded: "", tokenizer: "", batch: 1, optimizer: {}, seed: 1, evaluateEvery: 1, save: {} },
    model: { architecture: "decoder", layers: 1, hidden: 8, heads: 1, context: 8, vocabulary: 8 },
    objective: { kind: "causal" },
  };
  const cost = { parameters: 1, embeddings: 0, memoryBytes: 1, flopsPerStep: 1e12, tokensPerStep: 1 };
  const job = { ...pretraining("pretrain-1", 1e12, 10), ...rest, cost } as unknown as PretrainJob;
  write("pretrain-1", { job, result: result(100), manifest: manifest(hostname()) });
  write("pretrain-2", { job, result: result(100), manifest: manifest(`not-${hostname()}`) });
  write("pretrain-3", { job });
  // of an earlier version, which counted no examples
  const { examples: _, ...older } = finetuning();
  write("finetune-1", { job: older, result: result(100), manifest: manifest(hostname()) });
  const done = doneTrainings(root);
  expect(done.all()).toEqual([{ kind: "pretrain", engine: "onnx", work: workOf(job), seconds: 100 / processors }]);
  write("pretrain-3", { job, result: result(50), manifest: manifest(hostname()) });
  expect(done.all()).toHaveLength(2);
  // a caller that must not be delayed reads this many at a time, and learns of the others later
  const bit = doneTrainings(root, { runs: 10, read: 2 });
  const seen = [bit, bit, bit].map((each) => each.all().length);
  expect(seen[0]).toBeLessThan(2);
  expect(seen.at(-1)).toBe(2);
});

test("a measured speed is kept for this machine, by engine", () => {
  vi.stubEnv("PRETRAIN_HOME", temporaryFolder());
  expect(readSpeed("onnx")).toBeUndefined();
  writeSpeed("onnx", { workPerSecond: 5e10, version: "1" });
  writeSpeed("cpu", { workPerSecond: 1e8, version: "1" });
  expect(readSpeed("onnx")).toMatchObject({ workPerSecond: 5e10, version: "1", processors: availableParallelism() });
  expect(readSpeed("tensorflow")).toBeUndefined();
  vi.unstubAllEnvs();
});
