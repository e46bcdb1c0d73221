import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hubData } from "#runtime/cli/node-files.ts";
import { chosenData } from "#runtime/compile/hub-data.ts";
import type { CorpusResult } from "#runtime/contract/artifacts.ts";
import type { FinetuneJob } from "#runtime/contract/plan.ts";
import { cachedData } from "#runtime/hub/cache.ts";
import { downloadData } from "#runtime/hub/download.ts";
import { openStore } from "#runtime/runs/store.ts";
import { folderWith, pretrainWith, sentences } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { commit, hubOf } from "./hub.ts";

/** A repository as data sets have it. */
function repository(): string {
  const lines = (count: number) =>
    sentences(count)
      .split("\n")
      .map((text) => JSON.stringify({ text }))
      .join("\n");
  return folderWith({
    "README.md": "# tiny",
    "data/train-00000.jsonl": lines(40),
    "data/train-00001.jsonl": lines(20),
    "data/test-00000.jsonl": lines(5),
    "notes.txt": "notes",
  });
}

const everything = { requested: (paths: readonly string[]) => chosenData(paths, null), onFile: () => {} };

test("a data set lands in Python's layout, once, and offline it is taken from there", async () => {
  const { url, asked } = await hubOf(repository(), "datasets");
  const home = temporaryFolder();
  const environment = { HF_HOME: home, HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const files: string[] = [];
  const folder = await downloadData("owner/tiny", { ...everything, onFile: (file) => files.push(file) }, environment);
  expect(folder).toBe(join(home, "hub", "datasets--owner--tiny", "snapshots", commit));
  expect(files).toEqual(["data/train-00000.jsonl", "data/train-00001.jsonl"]);
  expect(readFileSync(join(folder, files[1]!), "utf8").split("\n")).toHaveLength(20);
  expect(existsSync(join(folder, "notes.txt"))).toBe(false);
  const cached = cachedData("owner/tiny", join(home, "hub"));
  expect(cached).toEqual({ folder, listed: ["README.md", "data/test-00000.jsonl", ...files, "notes.txt"] });

  const requests = asked.length;
  expect(await downloadData("owner/tiny", everything, { ...environment, HF_HUB_OFFLINE: "1" })).toBe(folder);
  expect(asked.length).toBe(requests);
  await expect(downloadData("owner/other", everything, environment)).rejects.toThrow(/owner\/other could not be downloaded from http/);
  await expect(downloadData("owner/other", everything, { ...environment, HF_HUB_OFFLINE: "1" })).rejects.toThrow(/HF_HUB_OFFLINE forbids/);
});

test("files downloaded by Python are read in place", () => {
  const cache = temporaryFolder();
  const folder = join(cache, "datasets--owner--tiny", "snapshots", commit);
  mkdirSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(cache, "datasets--owner--tiny", "refs"));
  mkdirSync(join(cache, "datasets--owner--tiny", "blobs"));
  writeFileSync(join(cache, "datasets--owner--tiny", "blobs", "b"), "a");
  symlinkSync(join("..", "..", "..", "blobs", "b"), join(folder, "data", "a.txt"));
  writeFileSync(join(cache, "datasets--owner--tiny", "refs", "main"), commit);
  expect(cachedData("owner/tiny", cache)).toEqual({ folder, listed: null });
  vi.stubEnv("HF_HUB_CACHE", cache);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(hubData("owner/tiny")).toEqual({ folder, paths: ["data/a.txt"] });
  expect(hubData("owner/none")).toBeNull();
});

describe("which files are read", () => {
  const paths = ["README.md", "a/train.txt", "a/validation.txt", "constrained.csv", "b/train-0.parquet", "script.py"];
  test.each<[string, string[] | null, string[]]>([
    ["those of the training split", null, ["a/train.txt", "b/train-0.parquet"]],
    ["a path", ["a/validation.txt"], ["a/validation.txt"]],
    ["a star in one folder", ["*.csv", "a/*"], ["a/train.txt", "a/validation.txt", "constrained.csv"]],
    ["two stars over folders", ["**/train*"], ["a/train.txt", "b/train-0.parquet"]],
  ])("%s", (_, patterns, expected) => expect(chosenData(paths, patterns)).toEqual(expected));

  test("those of another split", () => {
    expect(chosenData(paths, null, "validation")).toEqual(["a/validation.txt"]);
    expect(chosenData(["a/train.csv", "val.csv", "dev-0.csv", "valley.csv"], null, "validation")).toEqual(["val.csv", "dev-0.csv"]);
    expect(chosenData(paths, null, "test")).toEqual([]);
  });

  test("all texts and tables, if no name indicates a split", () => {
    expect(chosenData(["README.md", "one.jsonl.gz", "two.txt", "x.json"], null)).toEqual(["one.jsonl.gz", "two.txt"]);
  });
});

test("a run downloads its corpus first, and says what is wrong with it", async () => {
  const source = repository();
  const { url } = await hubOf(source, "datasets");
  const experiment = (more: string) => `
corpus tiny { hub: "owner/tiny", split: { validation: 20% }${more} }
tokenizer letters { kind: bytes, train on: tiny }
model small { layers: 1, hidden: 8, heads: 1, context: 16 }
pretrain base { model: small, objective: causal, corpus: tiny, tokenizer: letters, budget: 1 step, batch: 2 }
`;
  const folder = folderWith({ "a.pretrain": experiment("") });
  const environment = { ...process.env, HF_HOME: temporaryFolder(), HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const run = (...args: string[]) => pretrainWith(environment, folder, ...args);
  expect((await run("plan", "a.pretrain")).stderr).toMatch(
    /:2:20: error: The data set owner\/tiny of the hub was not downloaded yet\. pretrain run downloads it/,
  );
  expect(await run("run", "a.pretrain", "base")).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const corpus = store.jobs().find((id) => id.startsWith("corpus-"))!;
  const { splits } = JSON.parse(readFileSync(join(store.runFolder(corpus), "result.json"), "utf8")) as CorpusResult;
  expect(splits.train.documents + splits.validation.documents).toBe(60);
  writeFileSync(join(folder, "a.pretrain"), experiment(', data_files: "none/*.txt"'));
  expect((await run("plan", "a.pretrain")).stderr).toMatch(/has no files that match none\/\*\.txt; it has README\.md/);
}, 120_000);

test("a run downloads the files of its tasks first, each split's by name or pattern, and says what is wrong with them", async () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, i) => `${i % 2 ? "good" : "bad"},a ${i % 2 ? "fine" : "poor"} day ${i}`);
  const table = (count: number, from = 0) => ["label,text", ...rows(count + from).slice(from)].join("\n");
  const source = folderWith({
    "train-0.csv": table(30),
    "train-1.csv": table(20, 30),
    "dev.csv": table(12, 50),
    "more/held-out.csv": table(10, 62),
    "README.md": "# tiny",
  });
  const { url, asked } = await hubOf(source, "datasets");
  const experiment = (test: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 20% } }
tokenizer letters { kind: bytes, train on: tales }
model small { layers: 1, hidden: 8, heads: 1, context: 32 }
pretrain base { model: small, objective: masked, corpus: tales, tokenizer: letters, budget: 1 step, batch: 2 }
task mood = classification {
  train: { hub: "owner/tiny" }
  validation: { hub: "owner/tiny" }
  test: { hub: "owner/tiny", data_files: "${test}" }
}
finetune told { from: scratch { like: base }, task: mood, epochs: 1, batch: 8 }
`;
  const folder = folderWith({ "a.pretrain": experiment("more/*.csv"), "tales.txt": sentences(40) });
  const environment = { ...process.env, HF_HOME: temporaryFolder(), HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const run = (...args: string[]) => pretrainWith(environment, folder, ...args);
  expect((await run("plan", "a.pretrain")).stderr).toMatch(
    /:7:3: error: The data set owner\/tiny of the hub was not downloaded yet\. pretrain run downloads it/,
  );
  expect(await run("run", "a.pretrain", "told")).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const id = store.jobs().find((each) => each.startsWith("finetune-"))!;
  const job = JSON.parse(readFileSync(join(store.runFolder(id), "job.json"), "utf8")) as FinetuneJob;
  expect(job.examples).toEqual({ train: 50, validation: 12, test: 10 });
  expect(asked.filter((request) => request.includes("README.md"))).toEqual([]);
  const there = JSON.stringify(job.task.files.map(({ path }) => path.split(`${commit}/`)[1]).sort());
  expect(there).toBe('["dev.csv","more/held-out.csv","train-0.csv","train-1.csv"]');

  writeFileSync(join(folder, "a.pretrain"), experiment("none.csv"));
  expect((await run("plan", "a.pretrain")).stderr).toMatch(
    /:9:3: error: The data set owner\/tiny has no files that match none\.csv; it has README\.md/,
  );
}, 120_000);
