import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Job } from "#runtime/contract/plan.ts";
import { readManifest } from "#runtime/runs/manifest.ts";
import { openStore } from "#runtime/runs/store.ts";
import { widthOf } from "#runtime/scheduling/width.ts";
import { folderWith, labelled, pretrain, sentences } from "./cli.ts";

/** `a: b c`: the training a, which waits for b and c. What has no letter of its own is no training. */
function jobs(...lines: string[]): Job[] {
  return lines.map((line) => {
    const [id, after = ""] = line.split(":");
    return { id, kind: /^[a-z]$/.test(id!) ? "pretrain" : "encode", after: after.split(" ").filter(Boolean) } as unknown as Job;
  });
}

describe("how many trainings can be under way at a time", () => {
  test.each([
    ["a chain", ["1", "a:1", "b:a"], 1, { a: 1, b: 1 }],
    ["a chain over what is no training", ["a", "2:a", "b:2"], 1, { a: 1, b: 1 }],
    ["two behind one", ["a", "b:a", "c:a"], 2, { a: 1, b: 2, c: 2 }],
    ["two chains", ["a", "b", "c:a", "d:b"], 2, { a: 2, b: 2, c: 2, d: 2 }],
    ["an N, of which no level has more than its two", ["a", "b", "c:a", "d:a b"], 2, { a: 2, d: 2 }],
    ["the widest is not at one depth", ["a", "b:a", "c", "d:b", "e:b"], 3, { a: 2, b: 2, c: 3, d: 3 }],
    ["one at the end of three", ["a", "b", "c", "d:a b c"], 3, { a: 3, d: 1 }],
    ["more than are asked for", ["a", "b", "c", "d", "e", "f"], 4, { a: 4 }],
    ["no training", ["1", "2:1"], 0, {}],
  ] as const)("%s", (_, lines, all, each) => {
    const planned = jobs(...lines);
    const width = widthOf(planned, 4);
    expect(width.all).toBe(all);
    for (const [id, expected] of Object.entries(each)) expect(width.of(planned.find((job) => job.id === id)!), id).toBe(expected);
  });
});

test("a pre-training and its fine-tuning, of which one waits for the other, each have all threads", async () => {
  const text = `
corpus tales { files: "tales.txt", documents: line }
tokenizer letters { kind: bytes, train on: tales }
model tiny { layers: 1, hidden: 8, heads: 1, context: 32 }
pretrain base { model: tiny, objective: masked, corpus: tales, tokenizer: letters, budget: 2 steps, batch: 2 }
task mood = classification { train: "mood.tsv", validation: "mood.tsv", test: "mood.tsv", text: sentence, label: polarity }
finetune adapted { from: base, task: mood, epochs: 1 }
`;
  const folder = folderWith({ "a.pretrain": text, "tales.txt": sentences(60), "mood.tsv": labelled(24) });
  expect(await pretrain(folder, "run", "a.pretrain", "adapted", "--engine", "onnx")).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const trained = store.jobs().filter((id) => /^(pretrain|finetune)-/.test(id));
  const threads = trained.map((id) => readManifest(store.runFolder(id))!.sessions.at(-1)!.engine!.threads);
  expect(threads).toEqual([availableParallelism(), availableParallelism()]);
});
