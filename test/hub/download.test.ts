import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { downloadModel } from "#runtime/hub/download.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { temporaryFolder } from "../store/temporary.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

/** As the hub answers for one private model, `owner/tiny`: what it is, its paths, and its files. */
async function hubOf(folder: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void answer(folder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, asked };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url!, "http://hub").pathname;
  const json = (status: number, value: unknown) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  if (request.headers.authorization !== "Bearer hf_secret") return void json(401, { error: "Invalid credentials" });
  if (path === "/api/models/owner/tiny/revision/main")
    return void json(200, {
      _id: "1",
      id: "owner/tiny",
      private: true,
      downloads: 0,
      gated: false,
      likes: 0,
      lastModified: "2026-01-01",
      sha: commit,
    });
  if (path === `/api/models/owner/tiny/paths-info/${commit}`) {
    let body = "";
    for await (const part of request) body += part;
    const { paths } = JSON.parse(body) as { paths: string[] };
    const there = paths.filter((each) => existsSync(join(folder, each)));
    const info = (each: string) => ({
      path: each,
      type: "file",
      size: 1,
      oid: `etag-of-${each}`,
      lastCommit: { id: commit, title: "", date: "2026-01-01" },
    });
    return void json(200, there.map(info));
  }
  const file = join(folder, basename(path));
  if (!path.startsWith(`/owner/tiny/resolve/${commit}/`) || !existsSync(file)) return void json(404, { error: "Not found" });
  const bytes = readFileSync(file);
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  const [start, end] = range ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)] : [0, bytes.length - 1];
  const headers = { ETag: `"etag-of-${basename(path)}"`, "Content-Range": `bytes ${start}-${end}/${bytes.length}` };
  response.writeHead(range ? 206 : 200, headers).end(bytes.subarray(start, end + 1));
}

test("a model lands in Python's layout, once, and offline it is taken from there", async () => {
  const { url, asked } = await hubOf(checkpointIn(temporaryFolder()));
  const home = temporaryFolder();
  const environment = { HF_HOME: home, HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const files: string[] = [];
  const folder = await downloadModel("owner/tiny", (file) => files.push(file), environment);
  const repository = join(home, "hub", "models--owner--tiny");
  expect(folder).toBe(join(repository, "snapshots", commit));
  expect(readFileSync(join(repository, "refs", "main"), "utf8")).toBe(commit);
  expect(readdirSync(folder).sort()).toEqual(["config.json", "model.safetensors", "vocab.txt"]);
  expect(readdirSync(join(repository, "blobs")).sort()).toContain("etag-of-model.safetensors");
  expect(files).toEqual(["config.json", "vocab.txt", "model.safetensors"]);
  expect(openStoredModel(folder).model).toMatchObject({ architecture: "encoder", layers: 2 });
  expect(cachedModel("owner/tiny", join(home, "hub"))).toBe(folder);

  const resolved = () => asked.filter((request) => request.includes("/resolve/")).length;
  const once = resolved();
  expect(await downloadModel("owner/tiny", () => {}, environment)).toBe(folder);
  expect(resolved()).toBe(once);

  const requests = asked.length;
  expect(await downloadModel("owner/tiny", () => {}, { ...environment, HF_HUB_OFFLINE: "1" })).toBe(folder);
  expect(asked.length).toBe(requests);
});

test("what cannot be had is said", async () => {
  const source = checkpointIn(temporaryFolder());
  const { url } = await hubOf(source);
  const environment = { HF_HOME: temporaryFolder(), HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const download = (name: string, change = {}) => downloadModel(name, () => {}, { ...environment, ...change });
  await expect(download("owner/other")).rejects.toThrow(
    /owner\/other could not be downloaded from http.*Check its name, the network, and HF_TOKEN/,
  );
  await expect(download("owner/tiny", { HF_TOKEN: "hf_wrong" })).rejects.toThrow(/could not be downloaded/);
  await expect(download("owner/tiny", { HF_HUB_OFFLINE: "1" })).rejects.toThrow(/is not in .*hub, and HF_HUB_OFFLINE forbids downloading/);
  renameSync(join(source, "model.safetensors"), join(source, "pytorch_model.bin"));
  writeFileSync(join(source, "pytorch_model.bin"), "");
  await expect(download("owner/tiny")).rejects.toThrow("only pickled weights (pytorch_model.bin), which are not read");
});

test.each([
  ["bert-base-uncased", true],
  ["google/electra-small", true],
  ["./bert", false],
  ["a/b/c", false],
])("%s is a name of the hub: %s", (name, is) => expect(isHubName(name)).toBe(is));
