import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cachedModel } from "#runtime/hub/cache.ts";
import { downloadData, downloadModel } from "#runtime/hub/download.ts";
import { damageOf } from "#runtime/hub/verified.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { folderWith, pretrainWith } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { commit, hubOf, sumsOf, type TestHub } from "./hub.ts";

/** A model on the hub, and an empty cache. */
async function aModel() {
  const source = checkpointIn(temporaryFolder());
  const hub = await hubOf(source);
  return { source, hub, ...cacheOf(hub) };
}

function cacheOf(hub: TestHub) {
  const home = temporaryFolder();
  const environment = { HF_HOME: home, HF_ENDPOINT: hub.url, HF_TOKEN: "hf_secret" };
  const repository = join(home, "hub", "models--owner--tiny");
  const notices: string[] = [];
  const download = () => downloadModel("owner/tiny", { onFile() {}, onNotice: (notice) => notices.push(notice) }, environment);
  return { home, environment, repository, notices, download, blobs: () => readdirSync(join(repository, "blobs")) };
}

/** The same number of bytes, one of them another. */
function altered(bytes: Buffer, at = bytes.length >> 1): Buffer {
  const other = Buffer.from(bytes);
  other[at]! ^= 1;
  return other;
}

const weights = (source: string) => readFileSync(join(source, "model.safetensors"));

test.each(["config.json", "vocab.txt", "model.safetensors"])(
  "%s that comes altered is refused, and nothing of it is kept",
  async (file) => {
    const { source, hub, download, environment, blobs } = await aModel();
    hub.way.arrives = (name, bytes) => (name === file ? altered(bytes) : bytes);
    const { lfs, oid } = sumsOf(file, readFileSync(join(source, file)));
    const found = sumsOf(file, altered(readFileSync(join(source, file))));
    await expect(download()).rejects.toThrow(
      `${file} of owner/tiny was altered on the way: its ${lfs ? "SHA-256" : "SHA-1 in Git's form"} is ${found.lfs?.oid ?? found.oid}, but ${lfs?.oid ?? oid} on the hub. It was not kept. Download it again`,
    );
    expect(blobs().filter((name) => name.includes(lfs?.oid ?? oid))).toEqual([]);
    expect(cachedModel("owner/tiny", join(environment.HF_HOME, "hub"))).toBeNull();
    hub.way.arrives = (_, bytes) => bytes;
    expect(readFileSync(join(await download(), file)).equals(readFileSync(join(source, file)))).toBe(true);
  },
);

test("more or fewer bytes than there are on the hub are no file either", async () => {
  const { hub, download, blobs } = await aModel();
  for (const other of [(bytes: Buffer) => Buffer.concat([bytes, bytes]), (bytes: Buffer) => bytes.subarray(0, bytes.length - 4)]) {
    hub.way.arrives = (name, bytes) => (name === "model.safetensors" ? other(bytes) : bytes);
    await expect(download()).rejects.toThrow(/model\.safetensors of owner\/tiny (was altered on the way:|broke off after) .* bytes/);
    expect(blobs().filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
  }
});

test("a download that broke off goes on from there, and is whole at its end", async () => {
  const { source, hub, download } = await aModel();
  const half = weights(source).length >> 1;
  hub.way.breaksAfter = half;
  await expect(download()).rejects.toThrow(/model\.safetensors of owner\/tiny broke off after [\d,]+ of [\d,]+ bytes.*resumes from there/);
  hub.way.breaksAfter = Number.POSITIVE_INFINITY;
  hub.asked.length = 0;
  expect(readFileSync(join(await download(), "model.safetensors")).equals(weights(source))).toBe(true);
  const ranges = hub.asked.flatMap((request) => /model\.safetensors bytes=([1-9]\d*)-/.exec(request)?.[1] ?? []);
  expect(ranges).toEqual([String(half)]);
});

test("a partial download of another file is noticed, and fetched again", async () => {
  const { source, hub, download, repository } = await aModel();
  hub.way.breaksAfter = weights(source).length >> 1;
  await expect(download()).rejects.toThrow("broke off");
  hub.way.breaksAfter = Number.POSITIVE_INFINITY;
  const part = join(repository, "blobs", `${sumsOf("model.safetensors", weights(source)).lfs!.oid}.incomplete`);
  writeFileSync(part, altered(readFileSync(part)));
  expect(readFileSync(join(await download(), "model.safetensors")).equals(weights(source))).toBe(true);
  expect(existsSync(part)).toBe(false);
});

describe("a file of the cache", () => {
  const changes: [string, (bytes: Buffer) => Buffer][] = [
    ["of which a byte changed", altered],
    ["that was cut", (bytes) => bytes.subarray(0, 100)],
  ];

  test.each(changes)("%s is downloaded again, with a notice", async (_, change) => {
    const { source, download, notices, repository } = await aModel();
    const folder = await download();
    expect(JSON.parse(readFileSync(join(repository, "verified", `${commit}.json`), "utf8"))).toMatchObject({
      "config.json": { sum: { kind: "git" } },
      "model.safetensors": { bytes: weights(source).length, sum: { kind: "sha256" } },
    });
    const path = join(folder, "model.safetensors");
    writeFileSync(realpathSync(path), change(weights(source)));
    expect(await download()).toBe(folder);
    expect(notices).toEqual([
      expect.stringMatching(/^model\.safetensors of owner\/tiny in .* differs from the hub's: it.*\. It is downloaded again$/),
    ]);
    expect(readFileSync(path).equals(weights(source))).toBe(true);
  });

  test("that Python or an earlier version left is known by its name there", async () => {
    const { source, download, repository } = await aModel();
    const folder = await download();
    rmSync(join(repository, "verified"), { recursive: true });
    const file = { repository, commit, path: "model.safetensors" };
    expect(await damageOf(file)).toBeUndefined();
    writeFileSync(realpathSync(join(folder, "model.safetensors")), altered(weights(source)));
    expect(await damageOf(file)).toMatch(/^its SHA-256 is [0-9a-f]{64}, but [0-9a-f]{64} on the hub$/);
  });

  test("is verified by every command that opens the model", async () => {
    const { source, download, environment } = await aModel();
    const folder = await download();
    writeFileSync(realpathSync(join(folder, "model.safetensors")), altered(weights(source), weights(source).length - 1));
    const from = folderWith({});
    const inspected = await pretrainWith({ ...process.env, ...environment }, from, "inspect", "owner/tiny", "--text", "a word");
    expect(inspected.code).toBe(2);
    expect(inspected.stderr).toMatch(
      /error: .*model\.safetensors differs from the hub's: its SHA-256 is .*\. Download it again: pretrain download owner\/tiny/,
    );
    const again = await pretrainWith({ ...process.env, ...environment }, from, "download", "owner/tiny");
    expect(again.stderr).toContain("It is downloaded again");
    expect((await pretrainWith({ ...process.env, ...environment }, from, "inspect", "owner/tiny", "--text", "a word")).code).toBe(0);
  }, 180_000);
});

test("files without a published hash are reported as not verified", async () => {
  const { hub, download, notices } = await aModel();
  hub.way.sums = false;
  await download();
  expect(notices).toEqual(
    ["config.json", "vocab.txt", "model.safetensors"].map(
      (file) => `${file} of owner/tiny is not verified, since the hub publishes no hash of it`,
    ),
  );
});

test("data sets are verified likewise, empty files too", async () => {
  const source = folderWith({ "train.txt": "one\ntwo\n", "empty.txt": "" });
  const hub = await hubOf(source, "datasets");
  const { environment, notices } = cacheOf(hub);
  const telling = { onFile() {}, onNotice: (notice: string) => notices.push(notice), requested: (paths: readonly string[]) => [...paths] };
  hub.way.arrives = (name, bytes) => (name === "train.txt" ? altered(bytes) : bytes);
  await expect(downloadData("owner/tiny", telling, environment)).rejects.toThrow(
    /train\.txt of owner\/tiny was altered on the way: its SHA-1 in Git's form/,
  );
  hub.way.arrives = (_, bytes) => bytes;
  const folder = await downloadData("owner/tiny", telling, environment);
  expect([readFileSync(join(folder, "train.txt"), "utf8"), readFileSync(join(folder, "empty.txt"), "utf8")]).toEqual(["one\ntwo\n", ""]);
  expect(notices).toEqual([]);
});

test("a run says which file of its data set is damaged and downloads it again; without the network it runs nothing", async () => {
  const text = Array.from({ length: 40 }, (_, line) => `a sentence of line ${line}`).join("\n");
  const source = folderWith({ "train.txt": text });
  const hub = await hubOf(source, "datasets");
  const { environment } = cacheOf(hub);
  const folder = folderWith({
    "a.pretrain": `
corpus tiny { hub: "owner/tiny", documents: line, split: { validation: 20% } }
tokenizer letters { kind: bytes, train on: tiny }
model small { layers: 1, hidden: 8, heads: 1, context: 16 }
pretrain base { model: small, objective: causal, corpus: tiny, tokenizer: letters, budget: 1 step, batch: 2 }
`,
  });
  const run = (more = {}) => pretrainWith({ ...process.env, ...environment, ...more }, folder, "run", "a.pretrain", "base");
  const here = await downloadData("owner/tiny", { onFile() {}, requested: (paths) => [...paths] }, environment);
  const file = realpathSync(join(here, "train.txt"));
  writeFileSync(file, altered(Buffer.from(text)));
  const offline = await run({ HF_HUB_OFFLINE: "1" });
  expect(offline.code).toBe(1);
  expect(offline.stderr).toMatch(
    /train\.txt differs from the hub's: its SHA-1 in Git's form is .*HF_HUB_OFFLINE forbids downloading it again/,
  );
  const online = await run();
  expect(online, online.stderr).toMatchObject({ code: 0 });
  expect(online.stderr).toContain("It is downloaded again");
  expect(readFileSync(join(here, "train.txt"), "utf8")).toBe(text);
}, 300_000);
