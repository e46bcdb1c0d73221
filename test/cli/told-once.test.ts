import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, labelled, pretrain, sentences } from "./cli.ts";

const minute = 60_000;

/** Each task's test split repeats its training and validation splits, which is worth two warnings. */
const experiment = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales, sentinels: 0 }
model tiny { layers: 1, hidden: 16, heads: 2, context: 16, dropout: 0% }
pretrain base { model: tiny, objective: causal, corpus: tales, tokenizer: letters, budget: 3 steps, batch: 4 }
task mood = classification { train: "mood.tsv", validation: 20%, test: "mood.tsv", text: sentence, label: polarity }
task state = classification { train: "state.tsv", validation: 20%, test: "state.tsv", text: sentence, label: polarity }
finetune of_mood { from: base, task: mood, epochs: 1 }
finetune of_state { from: base, task: state, epochs: 1 }
probe layers { of: base, tasks: mood, epochs: 1 }
compare objectives {
  extends: base
  vary objective: [causal, masked]
  match: tokens
  finetune: { task: mood, epochs: 1 }
  seeds: 1..2
}
`;

const folderOf = (text = experiment) =>
  folderWith({ "a.pretrain": text, "tales.txt": sentences(60), "mood.tsv": labelled(40), "state.tsv": labelled(44) });

const countIn = (text: string, part: string) => text.split(part).length - 1;

test("check prints every warning; other commands print those of their own work and count the rest", {
  timeout: 5 * minute,
}, async () => {
  const folder = folderOf();
  const warnings = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
    `${stdout}\n${stderr}`.split("\n").filter((line) => line.includes(": warning: "));

  const all = warnings(await pretrain(folder, "check", "a.pretrain"));
  expect(new Set(all).size).toBe(all.length);
  const ofMood = all.filter((line) => line.startsWith("a.pretrain:6:"));
  const ofState = all.filter((line) => line.startsWith("a.pretrain:7:"));
  expect([ofMood.length, ofState.length]).toEqual([2, 2]);

  expect(warnings(await pretrain(folder, "plan", "a.pretrain"))).toEqual(all);
  expect(warnings(await pretrain(folder, "plan", "a.pretrain", "of_mood"))).toEqual(ofMood);
  expect(warnings(await pretrain(folder, "plan", "a.pretrain", "base"))).toEqual([]);
  expect(warnings(await pretrain(folder, "run", "a.pretrain", "base"))).toEqual([]);

  const read = await pretrain(folder, "results", "a.pretrain", "objectives");
  expect(warnings(read)).toEqual([]);
  expect(read.stderr.split("\n").filter((line) => line.includes("warning"))).toEqual([
    expect.stringMatching(/^\d+ warnings: pretrain check a\.pretrain$/),
  ]);
  expect(warnings(await pretrain(folder, "inspect", "a.pretrain#base"))).toEqual([]);
});

test("errors in parts that a command does not need are counted", { timeout: 2 * minute }, async () => {
  const folder = folderOf(experiment.replace("task: state, epochs: 1", "task: state, epochs: none"));
  const planned = await pretrain(folder, "plan", "a.pretrain", "of_mood");
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stderr).not.toContain(": error: ");
  expect(planned.stderr).toContain("1 error in declarations that are not needed here: pretrain check a.pretrain\n");
});

test("texts cut by the context are reported once in a run and recorded in its results", { timeout: 10 * minute }, async () => {
  const folder = folderOf();
  const tuned = await pretrain(folder, "run", "a.pretrain", "of_mood");
  expect(tuned.code, tuned.stdout + tuned.stderr).toBe(0);
  expect(countIn(tuned.stdout, "cut to it")).toBe(1);
  const { notes: noted } = resultOf<{ notes: string[] }>(folder, "finetune-");
  expect(noted).toEqual([
    expect.stringMatching(
      /^\d+ of \d+ train, \d+ of \d+ validation and 40 of 40 test texts are longer than the context of 16 tokens and were cut to it/,
    ),
  ]);
  const [note = ""] = noted;
  const again = await pretrain(folder, "run", "a.pretrain", "of_mood");
  expect(countIn(again.stdout, "cut to it")).toBe(1);
  expect(again.stdout).toContain(note);

  const compared = await pretrain(folder, "run", "a.pretrain", "objectives");
  expect(compared.code, compared.stdout + compared.stderr).toBe(0);
  expect(countIn(compared.stdout, "cut to it")).toBe(1);
  const shown = await pretrain(folder, "results", "a.pretrain", "objectives");
  expect(countIn(shown.stdout, "cut to it")).toBe(1);
  expect(shown.stdout).toContain(`mood: ${note}`);
  const { stdout: json } = await pretrain(folder, "results", "a.pretrain", "objectives", "--json");
  const { notes } = JSON.parse(json) as { notes: { text: string; jobs: string[] }[] };
  expect(notes.map(({ text, jobs }) => [text, jobs.length])).toEqual([[`mood: ${note}`, 8]]);
  const report = await pretrain(folder, "report", "a.pretrain", "objectives", "--to", "markdown");
  expect(countIn(report.stdout, "cut to it")).toBe(1);
});

test("the terminal shows the task's own metrics of a fine-tuning and a probe; the result has the rest", {
  timeout: 5 * minute,
}, async () => {
  const folder = folderOf(experiment.replace("label: polarity }\ntask", "label: polarity, metrics: [matthews] }\ntask"));
  const tuned = await pretrain(folder, "run", "a.pretrain", "of_mood");
  expect(
    tuned.stdout.split("\n").filter((line) => line.startsWith("of_mood: ")),
    tuned.stdout + tuned.stderr,
  ).toEqual([expect.stringMatching(/^of_mood: validation matthews/), expect.stringMatching(/^of_mood: test matthews/)]);
  const { scores } = resultOf<{ scores: { metric: string }[] }>(folder, "finetune-");
  expect(scores.map(({ metric }) => metric)).toEqual(expect.arrayContaining(["accuracy", "matthews", "f1"]));

  const probed = await pretrain(folder, "run", "a.pretrain", "layers");
  expect(probed.code, probed.stdout + probed.stderr).toBe(0);
  expect(probed.stdout).toMatch(/layer +base · mood · matthews\n+ *embeddings.*\n *1/);
  expect(probed.stdout).not.toContain("accuracy");
  const { stdout: json } = await pretrain(folder, "results", "a.pretrain", "layers", "--json");
  const document = JSON.parse(json) as Record<"layers" | "others", { metric: string }[]>;
  expect(document.layers.map(({ metric }) => metric)).toEqual(["matthews", "matthews"]);
  expect(document.others.map(({ metric }) => metric)).toContain("accuracy");
});

function resultOf<T>(folder: string, kind: string): T {
  const runs = join(folder, ".pretrain/runs");
  const id = readdirSync(runs).find((name) => name.startsWith(kind))!;
  return JSON.parse(readFileSync(join(runs, id, "result.json"), "utf8")) as T;
}
