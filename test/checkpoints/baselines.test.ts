import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkedProblems, load } from "#runtime/cli/load.ts";
import { problemLine } from "#runtime/cli/output.ts";
import type { JobOf } from "#runtime/contract/plan.ts";
import { folderWith, labelled, sentences } from "../cli/cli.ts";
import { runHere } from "../train/in-process.ts";
import { checkpointIn } from "./example.ts";

const experiment = (compare: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer pieces { kind: wordpiece, vocabulary: 100, train on: tales, sentinels: 4 }
model bert { checkpoint: "checkpoint", context: 16 }
model small { layers: 1, hidden: 32, heads: 2, context: 16 }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
pretrain adapted { model: bert, objective: masked, corpus: tales, budget: 2 steps, batch: 4 }
pretrain fresh { model: small, objective: masked, corpus: tales, tokenizer: pieces, budget: 2 steps, batch: 4 }
compare worth { match: tokens, finetune: { task: mood, epochs: 1, batch: 16, seeds: 1..2 }, seeds: 1..2, ${compare} }
`;

function example(compare: string): string {
  const folder = folderWith({ "a.pretrain": experiment(compare), "tales.txt": sentences(60), "mood.tsv": labelled(40) });
  checkpointIn(folder);
  return folder;
}

async function planned(compare: string): Promise<JobOf<"compare">> {
  const { plan } = (await load(join(example(compare), "a.pretrain"))).plan("worth");
  return plan.jobs.find((job): job is JobOf<"compare"> => job.kind === "compare")!;
}

const varied = "extends: adapted, vary objective: [masked, masked { rate: 40% }]";
const kindsOf = ({ baselines }: JobOf<"compare">) => [...new Set(baselines.map(({ baseline, cell }) => `${baseline} ${cell}`))];

test("cells that start from a checkpoint have it as a baseline, once for each pair of seeds", async () => {
  const job = await planned(varied);
  const own = job.baselines.filter(({ baseline }) => baseline === "checkpoint");
  expect(own.map(({ cell, seed, finetuneSeed }) => [cell, seed, finetuneSeed])).toEqual([
    ["bert", 1, 1],
    ["bert", 1, 2],
    ["bert", 2, 1],
    ["bert", 2, 2],
  ]);
  expect(new Set(own.map((each) => each.job)).size).toBe(4);
  expect(own[0]!.of).toEqual(job.cells.map(({ cell }) => cell));
  expect(job.after).toEqual(expect.arrayContaining(own.map((each) => each.job)));
});

test("an explicit baseline decides, and may name a checkpoint that no cell starts from", async () => {
  expect(kindsOf(await planned(`${varied}, baselines: [majority]`))).toEqual(["majority majority"]);
  expect(kindsOf(await planned(`${varied}, baselines: []`))).toEqual([]);
  const others = await planned("extends: fresh, vary objective: [masked, masked { rate: 40% }], baselines: [bert]");
  expect(kindsOf(others)).toEqual(["checkpoint bert"]);
  expect(others.baselines[0]!.of).toEqual(others.cells.map(({ cell }) => cell));
});

test("a compared model of the same name is distinguished from it", async () => {
  const folder = example("extends: adapted, vary model: [bert, again], baselines: [bert]");
  const path = join(folder, "a.pretrain");
  appendFileSync(path, 'model again { checkpoint: "checkpoint", context: 8 }\n');
  const { plan } = (await load(path)).plan("worth");
  const job = plan.jobs.find((each): each is JobOf<"compare"> => each.kind === "compare")!;
  expect(kindsOf(job)).toEqual(["checkpoint checkpoint bert"]);
  expect(job.baselines[0]!.of).toEqual(["bert"]);
});

test("it is scored, judged and expected of like the other baselines", async () => {
  const ran = await runHere(example(`${varied}, baselines: [bert], expect: masked > bert on mood.accuracy`), "worth");
  const { summary, verdicts, expectations } = ran.result("compare", "worth");
  const row = summary.find(({ cell }) => cell === "bert")!;
  expect(row).toMatchObject({ baseline: true, n: 2 });
  expect(verdicts.filter(({ right }) => right === "bert").map(({ left }) => left)).toEqual(
    expect.arrayContaining(["masked", "masked { rate: 40% }"]),
  );
  expect(expectations[0]!.answer).toEqual(expect.any(String));
}, 120_000);

test("a single system is compared with its baselines: without a vary line, or with one value", async () => {
  const alone = await planned("extends: adapted, expect: adapted > bert on mood.accuracy");
  expect(alone.cells.map(({ cell, runs }) => [cell, runs.length])).toEqual([["adapted", 2]]);
  expect(kindsOf(alone)).toEqual(["scratch adapted", "checkpoint bert", "majority majority"]);
  const one = await planned("extends: adapted, vary objective: [masked], baselines: [bert]");
  expect(one.cells.map(({ cell }) => cell)).toEqual(["masked"]);
  const named = one.baselines.map(({ of }) => of);
  expect(new Set(named.flat())).toEqual(new Set(["masked"]));
});

test("one alone without a baseline is no comparison", async () => {
  const said = async (compare: string) => (await checkedProblems(join(example(compare), "a.pretrain"))).map(problemLine).join("\n");
  expect(await said("extends: adapted, vary objective: [masked], baselines: []")).toMatch(
    /vary objective has one value, but a comparison needs two\. Add another value\. Or name baselines/,
  );
  expect(await said("extends: adapted, baselines: []")).toMatch(/worth varies nothing\. .* Or name baselines/);
});

test("one alone is run, judged, expected of and shown", async () => {
  const ran = await runHere(example("extends: adapted, expect: adapted > bert on mood.accuracy"), "worth");
  const { summary, verdicts, expectations, warnings } = ran.result("compare", "worth");
  expect(summary.filter(({ metric }) => metric === "accuracy").map(({ cell, baseline }) => [cell, baseline])).toEqual([
    ["adapted", false],
    ["scratch", true],
    ["bert", true],
    ["majority", true],
  ]);
  expect(new Set(verdicts.map(({ left }) => left))).toEqual(new Set(["adapted"]));
  expect(expectations).toMatchObject([{ text: "adapted > bert on mood.accuracy", answer: "undecided" }]);
  expect(warnings.join()).toContain("two seeds say too little about the spread; a verdict needs a third seed");
}, 120_000);

test("a model without weights is none", async () => {
  const problems = await checkedProblems(join(example(`${varied}, baselines: [small]`), "a.pretrain"));
  expect(problems.map(problemLine).join("\n")).toMatch(
    /The model small has sizes but no weights, so as a baseline it would be the same as scratch/,
  );
});
