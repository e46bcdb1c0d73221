import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { folderWith, labelled, sentences } from "../cli/cli.ts";
import { type Ran, runHere } from "./in-process.ts";

/** Without a schedule, half of a run of 40 steps is a run of 20 steps. */
const experiment = (checkpoints: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
model tiny { architecture: decoder, layers: 1, hidden: 16, heads: 2, context: 32 }
objective clm = causal
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity, metrics: [accuracy] }
pretrain base {
  model: tiny, objective: clm, corpus: tales, tokenizer: letters, budget: 40 steps, batch: 4
  optimizer: adamw { learning_rate: 1e-2, schedule: constant, warmup: 0% }
}
pretrain half { extends: base, budget: 20 steps }
compare rates {
  extends: base
  vary learning_rate: [1e-2, 1e-3]
  match: steps
  finetune: { task: mood, epochs: 1, batch: 8 }
  seeds: 1..2
  baselines: []
  ${checkpoints}
}
`;

test("weights of before the end are fine-tuned too; what is done stays, and weights that are gone are made again", async () => {
  const folder = folderWith({ "a.pretrain": experiment(""), "tales.txt": sentences(200), "mood.tsv": labelled(80) });
  const first = await runHere(folder, "rates");
  const pretrainings = namesDone(first).filter((name) => !name.includes(", on mood"));
  const weights = () => readFileSync(join(first.folder("rates: 1e-2, seed 1"), "model.safetensors"), "base64");
  const before = weights();

  writeFileSync(join(folder, "a.pretrain"), experiment("checkpoints: [50%, 100%]"));
  const second = await runHere(folder, "rates");
  const early = ["1e-2", "1e-3"].flatMap((rate) => [1, 2].map((seed) => `rates: ${rate}, seed ${seed}, after 20 steps, on mood`));
  expect(namesDone(second).sort()).toEqual([...early, ...pretrainings.filter((name) => name.startsWith("rates"))].sort());
  expect(weights()).toBe(before);

  const half = await runHere(folder, "half");
  const kept = join(second.folder("rates: 1e-2, seed 1"), "kept", "step-00000020.safetensors");
  expect(readFileSync(kept, "base64")).toBe(readFileSync(join(half.folder("half"), "model.safetensors"), "base64"));

  const result = second.result("compare", "rates");
  expect(result.curves!.map(({ cell, points }) => [cell, points.map(({ share, step, n }) => [share, step, n])])).toEqual(
    ["1e-2", "1e-3"].map((cell) => [
      cell,
      [
        [0.5, 20, 2],
        [1, 40, 2],
      ],
    ]),
  );
  expect(result.curves!.map(({ points }) => points[1]!.mean)).toEqual(result.summary.map(({ mean }) => mean));
  const scores = early.map((name) => second.result("finetune", name).scores.find(({ split }) => split === "test")!.value);
  expect(result.curves![0]!.points[0]!.values).toEqual(scores.slice(0, 2));
  expect(result.warnings.join("\n")).not.toContain("earlier version");
  expect(comparisonTable(result)).toMatch(/mood\.accuracy after a share of the pre-training's steps:\n +50% +100%\n/);

  rmSync(kept);
  rmSync(second.folder(early[0]!), { recursive: true });
  rmSync(second.folder("rates"), { recursive: true });
  expect(namesDone(await runHere(folder, "rates"))).toEqual(["rates: 1e-2, seed 1", early[0]]);
  // weights that nothing open starts from are not missed
  rmSync(kept);
  rmSync(second.folder("rates"), { recursive: true });
  expect(namesDone(await runHere(folder, "rates"))).toEqual([]);
});

function namesDone({ events, jobs }: Ran): string[] {
  const names = new Map(jobs.map(({ id, name }) => [id, name]));
  return events
    .filter(({ event }) => event === "job-done")
    .map(({ job }) => names.get(job) ?? job)
    .filter((name) => /seed|half/.test(name));
}
