import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { folderWith } from "./cli.ts";

const ofHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

test("patterns give sorted paths, a plain path itself, and nothing where there is nothing", () => {
  const folder = folderWith({ "b.txt": "", "a.txt": "", "deep/c.txt": "", "d.md": "" });
  const files = nodeFiles(join(folder, ".pretrain"));
  expect(files.glob(join(folder, "*.txt"))).toEqual([join(folder, "a.txt"), join(folder, "b.txt")]);
  expect(files.glob(join(folder, "**/*.txt"))).toContain(join(folder, "deep/c.txt"));
  expect(files.glob(join(folder, "d.md"))).toEqual([join(folder, "d.md")]);
  expect(files.glob(join(folder, "none.txt"))).toEqual([]);
  expect([files.read(folder), files.size(join(folder, "none")), files.fingerprint(join(folder, "none"))]).toEqual([null, null, null]);
});

test("a fingerprint is the SHA-256 of the content", () => {
  const folder = folderWith({ "a.txt": "hello" });
  expect(nodeFiles(join(folder, ".pretrain")).fingerprint(join(folder, "a.txt"))).toEqual({ bytes: 5, sha256: ofHello });
});

test("a small file is read each time: its metadata never replace its content", () => {
  const folder = folderWith({ "a.txt": "hello" });
  const path = join(folder, "a.txt");
  const root = join(folder, ".pretrain");
  const longAgo = new Date("2020-01-01");
  utimesSync(path, longAgo, longAgo);
  const before = nodeFiles(root);
  before.fingerprint(path);
  before.save();
  writeFileSync(path, "jello");
  utimesSync(path, longAgo, longAgo);
  expect(nodeFiles(root).fingerprint(path)!.sha256).not.toBe(ofHello);
});

test("a large file that stays as it is is not read again; one of the same size and time of change is", { timeout: 60_000 }, async () => {
  const folder = folderWith({});
  const [path, root] = [join(folder, "a.bin"), join(folder, ".pretrain")];
  const longAgo = new Date("2020-01-01");
  const write = (fill: number) => {
    writeFileSync(path, Buffer.alloc(33 << 20, fill));
    utimesSync(path, longAgo, longAgo);
  };
  write(1);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const before = nodeFiles(root);
  const first = before.fingerprint(path)!.sha256;
  before.save();
  const cache = join(root, "cache/fingerprints.json");
  const known = JSON.parse(readFileSync(cache, "utf8")) as Record<string, { sha256: string }>;
  known[path]!.sha256 = "0".repeat(64);
  writeFileSync(cache, JSON.stringify(known));
  expect(nodeFiles(root).fingerprint(path)!.sha256).toBe("0".repeat(64));
  write(2);
  expect([first, "0".repeat(64)]).not.toContain(nodeFiles(root).fingerprint(path)!.sha256);
});

test("a file that was just written is not remembered: it may change within the clock's grain", () => {
  const folder = folderWith({ "a.txt": "hello" });
  const files = nodeFiles(join(folder, ".pretrain"));
  const first = files.fingerprint(join(folder, "a.txt"));
  writeFileSync(join(folder, "a.txt"), "jello");
  expect(files.fingerprint(join(folder, "a.txt"))).not.toEqual(first);
});

test("a spoilt cache is made again", () => {
  const folder = folderWith({ "a.txt": "hello", ".pretrain/cache/fingerprints.json": "{" });
  expect(nodeFiles(join(folder, ".pretrain")).fingerprint(join(folder, "a.txt"))!.sha256).toBe(ofHello);
});
