import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chosenData } from "#runtime/compile/hub-data.ts";
import type { CorpusResult } from "#runtime/contract/artifacts.ts";
import { cachedData } from "#runtime/hub/cache.ts";
import { downloadData } from "#runtime/hub/download.ts";
import { openStore } from "#runtime/store/store.ts";
import { command, folderWith, sentences } from "../cli/cli.ts";
import { temporaryFolder } from "../store/temporary.ts";
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

const everything = { wanted: (paths: readonly string[]) => chosenData(paths, null), onFile: () => {} };

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
  expect(cached).toEqual({ folder, paths: ["README.md", "data/test-00000.jsonl", ...files, "notes.txt"] });

  const requests = asked.length;
  expect(await downloadData("owner/tiny", everything, { ...environment, HF_HUB_OFFLINE: "1" })).toBe(folder);
  expect(asked.length).toBe(requests);
  await expect(downloadData("owner/other", everything, environment)).rejects.toThrow(/owner\/other could not be downloaded from http/);
  await expect(downloadData("owner/other", everything, { ...environment, HF_HUB_OFFLINE: "1" })).rejects.toThrow(/HF_HUB_OFFLINE forbids/);
});

test("what Python downloaded is read as it is there", () => {
  const cache = temporaryFolder();
  const folder = join(cache, "datasets--owner--tiny", "snapshots", commit);
  mkdirSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(cache, "datasets--owner--tiny", "refs"));
  writeFileSync(join(folder, "data", "a.txt"), "a");
  writeFileSync(join(cache, "datasets--owner--tiny", "refs", "main"), commit);
  expect(cachedData("owner/tiny", cache)).toEqual({ folder, paths: ["data/a.txt"] });
  expect(cachedData("owner/none", cache)).toBeNull();
});

describe("which files are read", () => {
  const paths = ["README.md", "a/train.txt", "a/validation.txt", "constrained.csv", "b/train-0.parquet", "script.py"];
  test.each<[string, string[] | null, string[]]>([
    ["those of the training split", null, ["a/train.txt", "b/train-0.parquet"]],
    ["a path", ["a/validation.txt"], ["a/validation.txt"]],
    ["a star in one folder", ["*.csv", "a/*"], ["a/train.txt", "a/validation.txt", "constrained.csv"]],
    ["two stars over folders", ["**/train*"], ["a/train.txt", "b/train-0.parquet"]],
  ])("%s", (_, patterns, expected) => expect(chosenData(paths, patterns)).toEqual(expected));

  test("all texts and tables, where no name tells a split", () => {
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
  const run = (...args: string[]) => pretrainIn(folder, environment, args);
  expect((await run("plan", "a.pretrain")).stderr).toMatch(
    /:2:20: error: The data set owner\/tiny of the hub is not here\. pretrain run downloads it/,
  );
  expect(await run("run", "a.pretrain", "base")).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const corpus = store.jobs().find((id) => id.startsWith("corpus-"))!;
  const { splits } = JSON.parse(readFileSync(join(store.runFolder(corpus), "result.json"), "utf8")) as CorpusResult;
  expect(splits.train.documents + splits.validation.documents).toBe(60);
  writeFileSync(join(folder, "a.pretrain"), experiment(', data_files: "none/*.txt"'));
  expect((await run("plan", "a.pretrain")).stderr).toMatch(/has no files that match none\/\*\.txt; it has README\.md/);
}, 120_000);

function pretrainIn(folder: string, env: NodeJS.ProcessEnv, args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(command[0]!, [command[1]!, ...args], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
}
