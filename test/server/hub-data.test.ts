import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchedFiles } from "#server/compile/watched-files.ts";
import { workspaceTrust } from "#server/workspace/workspace-trust.ts";
import { temporaryFolder } from "../runs/temporary.ts";

/** A data set as Python's `huggingface_hub` leaves it: without a list of its files. */
function cacheOfPython(): string {
  const cache = temporaryFolder();
  const repository = join(cache, "datasets--owner--tiny");
  const folder = join(repository, "snapshots", "abc", "data (new) [1]");
  for (const each of [folder, join(repository, "refs"), join(repository, "blobs")]) mkdirSync(each, { recursive: true });
  writeFileSync(join(repository, "refs", "main"), "abc");
  writeFileSync(join(repository, "blobs", "1"), "words");
  symlinkSync(join("..", "..", "..", "blobs", "1"), join(folder, "train.txt"));
  vi.stubEnv("HF_HUB_CACHE", cache);
  onTestFinished(() => void vi.unstubAllEnvs());
  return join(repository, "snapshots", "abc");
}

test("the server looks through a data set of the cache without holding anything up, and knows it then", async () => {
  const folder = cacheOfPython();
  const trust = workspaceTrust();
  trust.begin(true, []);
  const files = watchedFiles(trust, { onRead() {}, onFound() {} });
  // nothing was looked through in one go
  expect(files.hubData("owner/tiny")).toEqual({ folder, paths: [] });
  await files.looked([], ["owner/tiny"]);
  expect(files.hubData("owner/tiny")).toEqual({ folder, paths: ["data (new) [1]/train.txt"] });
});

test("nothing of the cache is looked at before the workspace is trusted", async () => {
  cacheOfPython();
  const trust = workspaceTrust();
  trust.begin(false, []);
  const files = watchedFiles(trust, { onRead() {}, onFound() {} });
  await files.looked([], ["owner/tiny"]);
  expect(files.hubData("owner/tiny")).toBeNull();
  expect([...files.refused()]).toEqual(["owner/tiny"]);
});
