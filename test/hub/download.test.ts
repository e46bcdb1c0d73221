import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { downloadModel } from "#runtime/hub/download.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { commit, hubOf, sumsOf } from "./hub.ts";

test("a model lands in Python's layout, once, and offline it is taken from there", async () => {
  const { url, asked } = await hubOf(checkpointIn(temporaryFolder()));
  const home = temporaryFolder();
  const environment = { HF_HOME: home, HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const files: string[] = [];
  const folder = await downloadModel("owner/tiny", { onFile: (file) => files.push(file) }, environment);
  const repository = join(home, "hub", "models--owner--tiny");
  expect(folder).toBe(join(repository, "snapshots", commit));
  expect(readFileSync(join(repository, "refs", "main"), "utf8")).toBe(commit);
  expect(readdirSync(folder).sort()).toEqual(["config.json", "model.safetensors", "vocab.txt"]);
  expect(readdirSync(join(repository, "blobs")).sort()).toContain(
    sumsOf("model.safetensors", readFileSync(join(folder, "model.safetensors"))).lfs!.oid,
  );
  expect(files).toEqual(["config.json", "vocab.txt", "model.safetensors"]);
  expect(openStoredModel(folder).model).toMatchObject({ architecture: "encoder", layers: 2 });
  expect(cachedModel("owner/tiny", join(home, "hub"))).toBe(folder);

  const resolved = () => asked.filter((request) => request.includes("/resolve/")).length;
  const once = resolved();
  expect(await downloadModel("owner/tiny", { onFile() {} }, environment)).toBe(folder);
  expect(resolved()).toBe(once);

  const requests = asked.length;
  expect(await downloadModel("owner/tiny", { onFile() {} }, { ...environment, HF_HUB_OFFLINE: "1" })).toBe(folder);
  expect(asked.length).toBe(requests);
});

test("unavailable files are reported", async () => {
  const source = checkpointIn(temporaryFolder());
  const { url } = await hubOf(source);
  const environment = { HF_HOME: temporaryFolder(), HF_ENDPOINT: url, HF_TOKEN: "hf_secret" };
  const download = (name: string, change = {}) => downloadModel(name, { onFile() {} }, { ...environment, ...change });
  await expect(download("owner/other")).rejects.toThrow(
    /owner\/other could not be downloaded from http.*Check its name, the network, and HF_TOKEN/,
  );
  await expect(download("owner/tiny", { HF_TOKEN: "hf_wrong" })).rejects.toThrow(/could not be downloaded/);
  await expect(download("owner/tiny", { HF_HUB_OFFLINE: "1" })).rejects.toThrow(/is not in .*hub, and HF_HUB_OFFLINE forbids downloading/);
  renameSync(join(source, "model.safetensors"), join(source, "pytorch_model.bin"));
  writeFileSync(join(source, "pytorch_model.bin"), "");
  await expect(download("owner/tiny")).rejects.toThrow("only pickled weights (pytorch_model.bin), which are not supported");
});

test.each([
  ["bert-base-uncased", true],
  ["google/electra-small", true],
  ["./bert", false],
  ["a/b/c", false],
])("%s is a name of the hub: %s", (name, is) => expect(isHubName(name)).toBe(is));
