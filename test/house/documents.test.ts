import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { format } from "#language/index.ts";
import { createProgram } from "#runtime/cli/program.ts";
import { codeBlocks, files, packageJson, pages, proseOf, read, root } from "./repository.ts";

test("the pages that a newcomer looks for are there", () => {
  for (const page of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs/index.md"])
    expect(files).toContain(page);
});

describe("links lead somewhere", () => {
  const links = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => [page, match[1] as string] as const),
  );
  const inside = links.filter(([, target]) => !/^[a-z]+:/.test(target));

  test("there are links to look at", () => expect(inside.length).toBeGreaterThan(20));

  test.each(inside)("%s → %s", (page, target) => {
    const [path, anchor] = target.split("#") as [string, string | undefined];
    const file = path === "" ? page : join(dirname(page), path).replaceAll("\\", "/");
    expect(existsSync(join(root, file))).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
  });
});

test("every page of docs is in its table of contents", () => {
  const listed = [...read("docs/index.md").matchAll(/\]\(([\w-]+\.md)\)/g)].map((match) => `docs/${match[1]}`);
  expect(pages.filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== "docs/index.md" && !listed.includes(page))).toEqual([]);
});

describe("every example in a page is in the language", () => {
  const blocks = pages.flatMap((page) => codeBlocks(page, "pretrain").map((text) => [page, text] as const));

  test.each(blocks.filter(([page]) => page !== "docs/reference.md"))("%s", (_, text) => {
    expect(format(text)).toHaveProperty("text");
  });
});

test("the README holds the two command lines and every command", () => {
  const readme = read("README.md");
  expect(readme).toContain("npm ci && npm run demo\n");
  expect(readme).toContain("npm ci && npm test\n");
  const commands = createProgram()
    .commands.map((command) => command.name())
    .filter((name) => !["job", "help"].includes(name));
  expect(commands.length).toBeGreaterThan(8);
  for (const name of commands) expect(readme).toContain(`\`pretrain ${name}`);
});

test("the README's example is a part of the one that the demo runs", () => {
  const lines = read("examples/which-objective.pretrain").split("\n");
  const shown = codeBlocks("README.md", "pretrain")[0]!.trimEnd().split("\n");
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.filter((line) => !lines.includes(line))).toEqual([]);
});

test("scripts that pages name are in package.json", () => {
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] as string));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([]);
});

test("ARCHITECTURE.md says of every dependency what it is for, and of nothing else", () => {
  const section = read("ARCHITECTURE.md").split(/^## Dependencies$/m)[1]!;
  const named = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap((row) =>
    [...row[1]!.matchAll(/`([^`]+)`/g)].map((name) => name[1] as string),
  );
  expect(named.sort()).toEqual(Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies }).sort());
});

/** GitHub's: lower case, punctuation dropped, spaces as dashes. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
