import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readManifest } from "#runtime/runs/manifest.ts";
import { openStore } from "#runtime/runs/store.ts";
import { eventsIn, folderWith, labelled, pretrain, sentences, startPretrain } from "../cli/cli.ts";
import { withTensorflow } from "../engines/tensorflow.ts";

interface Options {
  rate?: string;
  seed?: number;
  names?: { model: string; goal: string };
  comment?: string;
  steps?: number;
  epochs?: number;
}

const experiment = ({
  rate = "1e-2",
  seed = 1,
  names = { model: "tiny", goal: "base" },
  comment = "",
  steps = 60,
  epochs = 3,
}: Options = {}) => `
${comment}
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales, sentinels: 4 }
model ${names.model} { layers: 1, hidden: 16, heads: 2, context: 32, dropout: 10% }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
objective text = mixture { 40%: masked { sentences: next, whole_words: true }, 30%: replaced_token, 30%: contrastive }
objective both = sequence { 60%: text, 40%: mood, reset_optimizer: true }
pretrain ${names.goal} {
  model: ${names.model}
  objective: both
  corpus: tales
  tokenizer: letters
  budget: ${steps} steps
  batch: 4
  accumulate: 2
  save: every 7 steps, keep 2
  optimizer: adamw { learning_rate: ${rate} }
  seed: ${seed}
}
finetune adapted { from: ${names.goal}, task: mood, epochs: ${epochs}, batch: 8, patience: 20, train: lora { rank: 2 } }
`;

const folderOf = (options: Options = {}) =>
  folderWith({ "a.pretrain": experiment(options), "tales.txt": sentences(200), "mood.tsv": labelled(120) });

/** Weights of every model, and everything that was scored; not when, and not how long it took. */
function numbersOf(folder: string): Record<string, unknown> {
  const store = openStore(join(folder, ".pretrain"));
  const trained = store.jobs().filter((id) => /^(pretrain|finetune)-/.test(id));
  expect(trained.length).toBe(2);
  return Object.fromEntries(
    trained.map((id) => {
      const {
        seconds: _,
        testReadAt: __,
        overhead: ___,
        waitingForData: ____,
        checksum: _____,
        ...result
      } = JSON.parse(readFileSync(join(store.runFolder(id), "result.json"), "utf8"));
      return [id, { result, weights: readFileSync(join(store.runFolder(id), "model.safetensors")).toString("base64") }];
    }),
  );
}

async function killAt(folder: string, engine: string, kind: "pretrain" | "finetune", step: number): Promise<void> {
  const running = startPretrain(folder, "run", "a.pretrain", "adapted", "--json", "--engine", engine);
  const reached = await running.event((event) => event.event === "step" && event.job.startsWith(kind) && event.step >= step);
  const { pid } = (await running.event((event) => event.event === "job-started" && event.job === reached.job)) as { pid: number };
  process.kill(pid, "SIGKILL");
  running.process.kill("SIGKILL");
  await running.ended;
}

const engines = withTensorflow() ? ["onnx", "tensorflow"] : ["onnx"];

describe("a run killed by SIGKILL and run again", () => {
  test.each(engines)("ends with the bits of a run that was never stopped, on %s", async (engine) => {
    // so many steps that the signal arrives in the middle, however late a busy machine delivers the events
    const long: Options = { steps: 400, epochs: 40 };
    const whole = folderOf(long);
    expect(await pretrain(whole, "run", "a.pretrain", "adapted", "--engine", engine)).toMatchObject({ code: 0 });
    const killed = folderOf(long);
    for (const step of [3, 64, 121]) await killAt(killed, engine, "pretrain", step);
    for (const step of [2, 67]) await killAt(killed, engine, "finetune", step);
    const last = await pretrain(killed, "run", "a.pretrain", "adapted", "--json", "--engine", engine);
    expect(last, last.stderr).toMatchObject({ code: 0 });
    expect(numbersOf(killed)).toEqual(numbersOf(whole));
  });
});

test("a run that goes on keeps the threads that it began with", async () => {
  const folder = folderOf({ steps: 120 });
  const stopped = startPretrain(folder, "run", "a.pretrain", "base", "--jobs", "1", "--json");
  const { job } = await stopped.event((event) => event.event === "step" && event.step >= 20);
  stopped.process.kill("SIGINT");
  expect(await stopped.ended).toMatchObject({ code: 130 });
  expect(await pretrain(folder, "run", "a.pretrain", "base", "--jobs", String(2 * availableParallelism()))).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const threads = readManifest(store.runFolder(job))!.sessions.map(({ engine }) => engine!.threads);
  expect(threads).toEqual([availableParallelism(), availableParallelism()]);
});

describe("what is done", () => {
  const ran = (stdout: string) =>
    eventsIn(stdout)
      .filter(({ event }) => event === "job-done")
      .map(({ job }) => job.split("-")[0]);

  test("is not done again under other names, with a comment, in another order; a learning rate or a seed redoes what depends on it", async () => {
    const folder = folderOf();
    const write = (text: string) => writeFileSync(join(folder, "a.pretrain"), text);
    const first = await pretrain(folder, "run", "a.pretrain", "adapted", "--json");
    expect(ran(first.stdout)).toEqual(["corpus", "tokenizer", "encode", "pretrain", "finetune"]);

    const renamed = experiment({ names: { model: "small", goal: "start" }, comment: "// why not\n" });
    write(renamed.trim().split("\n\n").toReversed().join("\n\n"));
    const again = await pretrain(folder, "run", "a.pretrain", "adapted", "--json");
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(ran(again.stdout)).toEqual([]);

    write(experiment({ rate: "2e-2" }));
    expect(ran((await pretrain(folder, "run", "a.pretrain", "adapted", "--json")).stdout)).toEqual(["pretrain", "finetune"]);
    write(experiment({ rate: "2e-2" }).replace("epochs: 3", "epochs: 2"));
    expect(ran((await pretrain(folder, "run", "a.pretrain", "adapted", "--json")).stdout)).toEqual(["finetune"]);
  });
});

test("a loss that is not a number stops the job, says at which step, and keeps the last checkpoint", async () => {
  const folder = folderWith({
    "a.pretrain": experiment({ rate: "1e30" }).replace("save: every 7 steps", "save: every 1 steps"),
    "tales.txt": sentences(200),
    "mood.tsv": labelled(120),
  });
  const outcome = await pretrain(folder, "run", "a.pretrain", "base", "--json");
  expect(outcome.code).toBe(3);
  const failed = eventsIn(outcome.stdout).find(({ event }) => event === "job-failed");
  expect(failed).toMatchObject({
    event: "job-failed",
    message: expect.stringMatching(
      /^the (loss|gradient norm) became (NaN|Infinity|-Infinity) at step \d+; the last good checkpoint is checkpoints.step-\d+/,
    ),
  });
  const { job, step, checkpoint } = failed as { job: string; step: number; checkpoint: string };
  expect(step).toBeGreaterThan(1);
  const saved = JSON.parse(readFileSync(join(folder, ".pretrain/runs", job, checkpoint, "state.json"), "utf8"));
  expect(saved.step).toBe(step - 1);
});
