import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import { median } from "#runtime/contract/median.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { stepEnds, stepTimes } from "#runtime/machine/step-times.ts";
import { initialValues } from "#runtime/models/parameters.ts";
import { largestTrainingProduct } from "#runtime/programs/largest-product.ts";
import { pretrainCost } from "#runtime/programs/training-cost.ts";
import { random } from "#runtime/random/random.ts";
import { openEvents } from "#runtime/runs/event-log.ts";
import { writeResult } from "#runtime/runs/store.ts";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { openBatchThread } from "#runtime/train/batch-thread.ts";
import { runLoop } from "#runtime/train/loop.ts";
import { pretrainSettings } from "#runtime/train/pretrain-steps.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { saveCheckpoint } from "#runtime/train/training-checkpoints.ts";
import { checkpointSeconds, freshCounters } from "#runtime/train/training-progress.ts";
import { type BenchObjective, type BenchSize, benchJob, benchTokens } from "./bench-sizes.ts";

export interface BenchCase {
  engine: EngineName;
  objective: BenchObjective;
  size: BenchSize;
  threads: number;
  /** Approximate seconds of training. */
  seconds: number;
}

export interface Measurement {
  parameters: number;
  /** FLOPs of a step's matrix products (twice the multiply-adds). */
  flops_per_step: number;
  tokens_per_step: number;
  /** Median step time in milliseconds, including everything between steps. */
  step_milliseconds: number;
  /** Mean processor time per step, over all threads. It allows comparing programs even if others use the machine. */
  processor_milliseconds: number;
  /** Seconds until the first step was done, minus a step time. */
  compile_seconds: number;
  /** Share of the time in which the engine waited for a batch, 0 to 1. */
  waiting_for_data: number;
  /** Share of the time, 0 to 1, spent on waiting, events and checkpoints, which are written as often as in a run. */
  overhead: number;
  /** Maximum resident memory of the process. */
  peak_memory_bytes: number;
}

/** Measures training as in a run: windows of a stored corpus, batches, steps, events in a file. Memory is that of the whole process. */
export async function measureTraining({ engine: name, objective, size, threads, seconds }: BenchCase): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-bench-"));
  const job = benchJob(size, objective);
  const settings = pretrainSettings(job);
  writeInputs(folder, job, size);
  const events = openEvents(folder, "bench");
  const { ends, emit } = stepEnds(events.write);
  const context = {
    folder,
    folderOf: (id: string) => join(folder, id),
    signal: new AbortController().signal,
    emit,
  };
  const begin = performance.now();
  const engine = await loadEngine(name, { threads, largestProduct: largestTrainingProduct(settings) });
  const initial = Object.fromEntries(settings.trained.map((parameter) => [parameter.name, initialValues(parameter, 1)]));
  const trainer = await openTrainer({ engine, settings, initial, seed: 1 });
  const batches = openBatchThread(job, context);
  const train = async (first: number, steps: number) => {
    const counters = freshCounters();
    await runLoop({
      context,
      trainer,
      first,
      steps,
      counters,
      saveEvery: Number.POSITIVE_INFINITY,
      stepOf: batches.stepOf,
      learningRateOf: () => job.optimizer.learningRate,
      pausesAfter: () => false,
      afterStep: async () => {},
      save: async () => {},
    });
    return counters;
  };
  try {
    await train(1, warmUp);
    const compiled = ends[0]! - begin;
    const once = (ends.at(-1)! - ends[0]!) / (warmUp - 1);
    const start = performance.now();
    ends.splice(0, ends.length, start);
    const before = process.cpuUsage();
    const count = Math.max(5, Math.round((seconds * 1000) / once));
    const counters = await train(warmUp + 1, warmUp + count);
    const used = process.cpuUsage(before);
    // several short steps are reported at a time
    const window = Math.max(1, Math.min(32, count, Math.floor(100 / once)));
    const durations = stepTimes(ends, window);
    const saving = performance.now();
    saveCheckpoint(folder, { step: 1, progress: counters, state: await trainer.state() }, { parameters: settings.trained, keep: 1 });
    const checkpointShare = (performance.now() - saving) / (checkpointSeconds * 1000);
    const cost = pretrainCost({ ...job, accumulate: 1 }, 1);
    return {
      parameters: cost.parameters,
      flops_per_step: cost.flopsPerStep,
      tokens_per_step: cost.tokensPerStep,
      step_milliseconds: median(durations),
      processor_milliseconds: (used.user + used.system) / 1000 / count,
      compile_seconds: Math.max(0, compiled - once) / 1000,
      waiting_for_data: counters.waited / counters.seconds,
      overhead: counters.overhead / counters.seconds + checkpointShare,
      peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await batches.close();
    events.close();
    await trainer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const warmUp = 4;
/** Writes outputs of an encode and a tokenizer job: two million tokens in documents of 200, with frequencies 1 ÷ rank. */
function writeInputs(folder: string, { encoded, tokenizer }: PretrainJob, size: BenchSize): void {
  const tokens = benchTokens(size);
  mkdirSync(join(folder, tokenizer));
  writeFileSync(
    join(folder, tokenizer, "tokenizer.json"),
    JSON.stringify(tokenizerJson({ kind: "characters", lowercase: false, tokens, merges: [] })),
  );
  const [count, document] = [1 << 21, 200];
  const from = random("bench");
  const ordinary = tokens.filter((token) => /^w\d+$/.test(token)).length;
  const first = tokens.indexOf("w0");
  const [begin, end] = [tokens.indexOf("<s>"), tokens.indexOf("</s>")];
  const ids = Uint16Array.from({ length: count }, (_, i) => {
    if (i % document === 0) return begin;
    return i % document === document - 1 ? end : first + Math.floor(ordinary ** from.uniform()) - 1;
  });
  mkdirSync(join(folder, encoded));
  writeFileSync(join(folder, encoded, "train-00000.bin"), ids);
  const none = { tokens: 0, bytes: 0, documents: 0, shards: [] };
  const result: EncodeResult = {
    kind: "tokens",
    vocabulary: tokens.length,
    width: 2,
    splits: {
      train: {
        tokens: count,
        bytes: 4 * count,
        documents: Math.ceil(count / document),
        shards: [{ file: "train-00000.bin", tokens: count }],
      },
      validation: none,
      test: none,
    },
  };
  writeResult(join(folder, encoded), result);
}
