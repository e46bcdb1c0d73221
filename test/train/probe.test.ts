import { join } from "node:path";
import { expect, test } from "vitest";
import { load } from "#runtime/cli/load.ts";
import { probeResult, probeTable } from "#runtime/cli/probe-results.ts";
import { folderWith, sentences } from "../cli/cli.ts";
import { runHere } from "./in-process.ts";

const animals = ["cat", "dog", "cow", "hen"];
const rows = Array.from({ length: 120 }, (_, i) => `the ${animals[i % 4]} and number ${i}\t${i % 4 < 2 ? "pet" : "farm"}`);
const text = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales, sentinels: 0 }
model tiny { layers: 2, hidden: 16, heads: 2, context: 32 }
pretrain base { model: tiny, objective: masked, corpus: tales, tokenizer: letters, budget: 5 steps, batch: 8 }
task kind = classification { train: "kind.tsv", validation: 20%, test: 20%, metrics: [accuracy, matthews] }
task order = minimal_pairs { files: "pairs.jsonl", good: good, bad: bad }
probe layers { of: base, tasks: kind, epochs: 2 }
probe wrong { of: base, tasks: order }
`;
const folder = () =>
  folderWith({
    "a.pretrain": text,
    "tales.txt": `${sentences(80)}\n${rows.join("\n")}`,
    "kind.tsv": `text\tlabel\n${rows.join("\n")}\n`,
    "pairs.jsonl": '{"good": "a", "bad": "b"}\n',
  });

test("a probe scores a frozen model layer by layer, the embeddings first, and trains the head alone", async () => {
  const where = folder();
  const ran = await runHere(where, "layers");
  const jobs = ran.jobs.filter(({ kind }) => kind === "finetune");
  expect(jobs.map(({ name }) => name)).toEqual([0, 1, 2].map((layer) => `layers: layer ${layer} of base, on kind`));
  for (const [layers, job] of jobs.entries())
    expect(job).toMatchObject({ model: { layers }, settings: { train: { kind: "head" }, dropout: 0 } });
  const loaded = await load(join(where, "a.pretrain"));
  const result = probeResult(loaded, "layers");
  expect(result.layers.map(({ layer, metric }) => `${layer} ${metric}`).sort()).toEqual(
    [0, 1, 2].flatMap((layer) => [`${layer} accuracy`, `${layer} matthews`]),
  );
  for (const { value } of result.layers) expect(Number.isFinite(value)).toBe(true);
  expect(probeTable(result)).toMatch(/layer +base · kind · accuracy +base · kind · matthews\n+ *embeddings/);
});

test("a task without a classifier cannot be probed with", async () => {
  const loaded = await load(join(folder(), "a.pretrain"));
  expect(() => loaded.plan("wrong")).toThrow();
});
