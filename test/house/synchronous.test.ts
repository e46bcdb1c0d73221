import { expect, test } from "vitest";
import { fileOfModule, read, sources } from "./repository.ts";

/*
 * The language server answers at every keystroke from one thread: nothing that it may reach looks through folders, unpacks files or waits for
 * a program in one go. Where a function does so for the command line, within bounds, or for one folder, it is listed here with the reason.
 */
const allowed: Record<string, string> = {
  "runtime/tasks/formats/decompress.ts zlib.gunzipSync(": "the first 4 kB of a corpus's file, which become 8 MB at the most",
  "runtime/tasks/formats/decompress.ts zlib.zstdDecompressSync(": "likewise",
  "language/matching-files.ts globSync(": "matchingFilesNow, for the command line",
  "language/matching-files.ts opendirSync(": "the same",
  "language/matching-files.ts opened.readSync(": "the same",
  "runtime/machine/done-trainings.ts readdirSync(": "the names of one folder; of what is in them, so many at a time as the server says",
  "runtime/tasks/formats/decompress.ts Atomics.wait(": "a thread reads Parquet, at most a minute; what it read is kept",
  "runtime/tasks/formats/decompress.ts zlib.gunzipSync": "of a task's file, at most 256 MB",
  "runtime/tasks/formats/decompress.ts zlib.zstdDecompressSync": "the same",
};

/** Calls that hold up everything for as long as folders, archives or programs want. */
const waiting =
  /\b(?:\w+\.)?(?:readdirSync|opendirSync|globSync|cpSync|exec(?:File)?Sync|spawnSync)\(|\bopened\.readSync\(|\bzlib\.\w+Sync\b\(?|\bAtomics\.wait\(/g;

/** What runs of a file, without comments and what types alone are imported for. */
function codeOf(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^(?:import|export) type [^;]*;$/gm, "");
}

function reachedFrom(entry: string): string[] {
  const reached = new Set([entry]);
  for (const path of reached) {
    const modules = codeOf(path).matchAll(/^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm);
    for (const [, one, other, later] of modules) {
      const file = fileOfModule((one ?? other ?? later)!, path);
      if (file !== undefined && sources.includes(file)) reached.add(file);
    }
  }
  return [...reached].sort();
}

const reached = reachedFrom("server/main.ts");

test("the server's modules are seen", () => {
  expect(reached.length).toBeGreaterThan(150);
  for (const path of [
    "server/compile/watched-files.ts",
    "runtime/hub/cache.ts",
    "runtime/tasks/formats/decompress.ts",
    "language/matching-files.ts",
  ])
    expect(reached).toContain(path);
});

test("nothing that the server reaches walks folders, unpacks or waits for programs in one go", () => {
  const found = reached.flatMap((path) => [...codeOf(path).matchAll(waiting)].map(([call]) => `${path} ${call}`));
  expect([...new Set(found)].filter((each) => !Object.hasOwn(allowed, each))).toEqual([]);
  expect(Object.keys(allowed).filter((each) => !found.includes(each))).toEqual([]);
});

test("the server calls no function that walks folders synchronously", () => {
  const own = reached.filter((path) => path.startsWith("server/"));
  for (const path of own) expect(codeOf(path), path).not.toMatch(/\b(?:matchingFilesNow|recursive: true)\b/);
});
