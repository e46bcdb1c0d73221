import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isPattern, literalPath, matchingFiles, matchingFilesNow, patternBounds } from "#language/matching-files.ts";
import { absolutePattern } from "#language/referenced-files.ts";

/** Folders within folders, each with two texts. */
function tree(depth: number): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pretrain-tree-")));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (let at = root, left = depth; left > 0; left--, at = join(at, "in")) {
    mkdirSync(at, { recursive: true });
    for (const name of ["a.txt", "b.txt"]) writeFileSync(join(at, name), "text");
  }
  return root;
}

test("a pattern finds the same at once and a little at a time", async () => {
  const root = tree(3);
  const names = ["a.txt", "b.txt", "in/a.txt", "in/b.txt", "in/in/a.txt", "in/in/b.txt"].map((name) => join(root, name));
  expect(matchingFilesNow(`${root}/**/*.txt`)).toEqual({ paths: names, cut: false });
  expect(await matchingFiles(`${root}/**/*.txt`)).toEqual({ paths: names, cut: false });
});

test("a pattern that exceeds the bounds is reported", async () => {
  const root = tree(20);
  const bounds = { ...patternBounds, entries: 10 };
  expect(matchingFilesNow(`${root}/**/*.txt`, bounds).cut).toBe(true);
  expect((await matchingFiles(`${root}/**/*.txt`, () => true, bounds)).cut).toBe(true);
  expect((await matchingFiles(`${root}/**/*.txt`, () => true, { ...patternBounds, seconds: 0 })).cut).toBe(true);
});

test("links that lead in a circle end", async () => {
  const root = tree(2);
  symlinkSync(root, join(root, "in", "again"));
  expect(matchingFilesNow(`${root}/**/*.txt`).paths.length).toBeGreaterThan(3);
  expect((await matchingFiles(`${root}/**/*.txt`)).paths.length).toBeGreaterThan(3);
});

test("folders that may not be read count as empty", async () => {
  const root = tree(3);
  const { paths } = await matchingFiles(`${root}/**/*.txt`, (folder) => !folder.replace(/\/$/, "").endsWith("/in"));
  expect(paths).toEqual([join(root, "a.txt"), join(root, "b.txt")]);
});

test.each([
  ["*.txt", ["!a.txt", "a.txt"]],
  ["!*.txt", ["!a.txt"]],
  ["!(a)*.txt", ["!a.txt"]],
  ["[!]a.txt", []],
  ["\\!a*.txt", ["!a.txt"]],
  ["c++/*/a.txt", ["c++/(x)/a.txt"]],
  ["{c++,in}/**/a.txt", ["c++/(x)/a.txt", "in/a.txt"]],
  ["c++/../in/*.txt", ["in/a.txt"]],
  ["*/../in/*.txt", ["in/a.txt"]],
  ["{none/x,in}/*.txt", ["in/a.txt"]],
  ["./in/*", ["in/a.txt"]],
  ["in/", ["in/a.txt"]],
  ["none/*.txt", []],
])("%s leads to no folder beside those that it names", async (pattern, names) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pretrain-tree-")));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const name of ["!a.txt", "a.txt", "c++/(x)/a.txt", "in/a.txt"]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), "text");
  }
  const folders: string[] = [];
  const { paths } = await matchingFiles(`${root}/${pattern}`, (folder) => folders.push(folder) > 0);
  expect(paths).toEqual(names.map((name) => join(root, name)));
  expect(matchingFilesNow(`${root}/${pattern}`).paths).toEqual(paths);
  expect(folders.filter((folder) => !folder.startsWith(root))).toEqual([]);
});

/** Names that a pattern would read as wildcards. */
const oddNames = ["copy (1)", "[old]", "{a,b}", "what?", "st*r", "+(x)", "@(x)", "!(x)", "!no", "a|b", "plain"];

test.each(oddNames)("a folder and a file named %s are found by their names", (name) => {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), "pretrain-tree-"))), name);
  onTestFinished(() => rmSync(dirname(root), { recursive: true }));
  mkdirSync(join(root, "in"), { recursive: true });
  for (const file of ["a.txt", `${name}.txt`]) writeFileSync(join(root, "in", file), "text");
  expect(literalPath(absolutePattern(root, "in/a.txt"))).toBe(join(root, "in", "a.txt"));
  expect(literalPath(absolutePattern(root, `in/${name}.txt`))).toBe(join(root, "in", `${name}.txt`));
  expect(matchingFilesNow(absolutePattern(root, "in/*.txt")).paths).toContain(join(root, "in", "a.txt"));
  expect(isPattern(absolutePattern(root, "in/*.txt"))).toBe(true);
  expect(isPattern(absolutePattern(root, "in/a.txt"))).toBe(false);
});

test("a backslash in a folder's name is a part of the name", () => {
  expect(literalPath(absolutePattern("/back\\slash", "a.txt"))).toBe("/back\\slash/a.txt");
});
