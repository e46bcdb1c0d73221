import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { analyse } from "#language/index.ts";
import { checkedProblems } from "#runtime/cli/load.ts";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import { compile } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { codeBlocks, files, pages, read } from "../house/repository.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { allExamples, isShownFile, snippets } from "./examples.ts";
import { writeHubCache, writeStandIns } from "./stand-ins.ts";
import { wholeFile } from "./whole.ts";

const examples = allExamples();

beforeEach(() => {
  const cache = temporaryFolder();
  writeHubCache(cache);
  vi.stubEnv("HF_HUB_CACHE", cache);
});

/** The file of an example, made whole, with the data that it names. */
function written(text: string): string {
  // paths of pages may lead out of their folder
  const folder = join(temporaryFolder(), "pages");
  mkdirSync(folder);
  const whole = wholeFile(text);
  writeStandIns(whole, folder);
  const file = join(folder, "a.pretrain");
  writeFileSync(file, whole);
  return file;
}

test("every example that people are shown is among these", () => {
  const inPages = pages.reduce((sum, page) => sum + (read(page).match(/^\s*```pretrain\b/gm) ?? []).length, 0);
  const others = [files.filter(isShownFile), Object.keys(snippets()), catalogue.declarations, catalogue.options];
  expect(examples).toHaveLength(others.reduce((sum, { length }) => sum + length, inPages));
  for (const { where, text } of examples) expect(text.trim(), where).not.toBe("");
  // counted by hand, so that a whole place cannot go missing
  expect(inPages).toBeGreaterThan(50);
  expect(others.every(({ length }) => length > 4)).toBe(true);
});

/** What the pages and the catalogue share once. */
const distinct = groupBy(examples, ({ text }) => text.trim());
const costs = tracedCosts();

test.each([...distinct.values()].map(([{ where, text } = { where: "", text: "" }]) => [where, text] as const))(
  "%s",
  {
    timeout: 120_000,
  },
  async (where, text) => {
    const file = written(mended[where]?.(text) ?? text);
    const { spec, problems, place } = await analyse(file);
    const compiled = spec && compile(spec, { kind: "everything" }, nodeFiles(join(file, "../.pretrain")), { costs });
    const found = [...problems, ...(compiled?.problems ?? []).map(place)];
    const lines = (requested: string) =>
      found.filter(({ severity }) => severity === requested).map(({ line, code, message }) => `${code} ${line} ${message}`);
    expect(lines("error")).toEqual([]);
    expect(lines("warning").filter((line) => !isTold(wholeFile(text), line))).toEqual([]);
    expect(compiled?.plan?.jobs.length).toBeGreaterThan(0);
  },
);

/** What pages let a reader mend. */
const mended: Readonly<Record<string, (text: string) => string>> = {
  "docs/getting-started.md 1": (text) => text.replace("heads: 3", "heads: 4"),
};

test("getting started quotes what check prints of its example", { timeout: 60_000 }, async () => {
  const page = "docs/getting-started.md";
  const problems = await checkedProblems(written(codeBlocks(page, "pretrain")[0]!));
  const lines = problems.map(({ line, column, severity, message }) => `first.pretrain:${line}:${column}: ${severity}: ${message}`);
  const [, quoted = ""] = /\$ npx pretrain check first\.pretrain\n([\s\S]*?)```/.exec(read(page)) ?? [];
  expect(lines).toEqual(quoted.trimEnd().split("\n"));
});

/** What is true of a comparison of objectives, as docs/comparing.md has it: who can carry them, what they read and what a decoder adds. */
function isTold(text: string, line: string): boolean {
  return /vary objective:/.test(text) && /^(architectures|data|parameters)-differ/.test(line);
}
