import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pages } from "#client/webviews/pages.ts";
import { fileOfModule, files, importsOf, packageJson, read, sources, valueImportsOf } from "./repository.ts";

interface Project {
  folder: string;
  /** Folders of the projects that it refers to. */
  references: string[];
}

const projects: Project[] = files
  .filter((path) => path.endsWith("/tsconfig.json") && !path.startsWith("test/"))
  .map((path) => {
    const folder = dirname(path);
    const { references = [] } = JSON.parse(read(path)) as { references?: { path: string }[] };
    return { folder, references: references.map((reference) => join(folder, reference.path).replaceAll("\\", "/")) };
  });

const imports = sources.flatMap((from) => importsOf(from).map((module) => ({ from, module, file: fileOfModule(module, from) })));

test("the scan sees the projects and their imports", () => {
  expect(projects.length).toBeGreaterThan(8);
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.filter(({ file }) => file !== undefined && !files.includes(file))).toEqual([]);
});

/*
 * A file imports from its own project and from those that its tsconfig.json refers to. The compiler lets what a reference refers to
 * through as well; here it does not pass.
 */
test("no file imports from a project to which its own does not refer", () => {
  const forbidden = imports.filter(({ from, file }) => {
    const [own, other] = [projectOf(from), file && projectOf(file)];
    return own && other && own !== other && !own.references.includes(other.folder);
  });
  expect(forbidden.map(({ from, module }) => `${from} imports ${module}`)).toEqual([]);
});

test("projects refer to each other in one direction", () => {
  const reach = (folder: string): string[] => {
    const { references } = projects.find((project) => project.folder === folder)!;
    return [...references, ...references.flatMap(reach)];
  };
  expect(projects.filter(({ folder }) => reach(folder).includes(folder))).toEqual([]);
});

test("files do not import each other in a circle, but for types", () => {
  const graph = new Map(sources.map((from) => [from, valueImportsOf(from).flatMap((module) => fileOfModule(module, from) ?? [])]));
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, way: readonly string[]) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" → "));
    if (way.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) follow(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) follow(file, []);
  expect(circles).toEqual([]);
});

test("ARCHITECTURE.md tells these directions as they are", () => {
  const map = read("ARCHITECTURE.md")
    .split(/^## /m)
    .find((section) => section.startsWith("Code map"))!;
  const rows = [...map.matchAll(/^\| `([\w/]+)` \| [^|]+ \| ([^|]+) \|$/gm)];
  const told = rows.map(([, folder, may]) => [folder, [...may!.matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort()]);
  const are = projects.map(({ folder, references }) => [folder, references.toSorted()]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(are));
});

/** Packages that belong to a part of the repository, and to which. */
const homes: [RegExp, RegExp][] = [
  [/^langium/, /^(language|server)\//],
  [/^vscode$/, /^client\//],
  [/^vscode-language/, /^(server|client|bench)\//],
  [/^onnx/, /^runtime\/engines\/onnx\//],
  [/^tokenizers$/, /^runtime\/tokenizers\//],
  [/^@huggingface/, /^runtime\/hub\//],
  [/^@tensorflow\/tfjs-core$/, /^runtime\/(trace|models|programs|engines\/cpu)\//],
  [/^@tensorflow\/tfjs-backend-cpu$/, /^runtime\/engines\/cpu\//],
  [/^(commander|log-update)$/, /^runtime\/cli\//],
];

test("a package is imported only by the folders that may use it", () => {
  const astray = imports.filter(({ from, module }) => homes.some(([name, home]) => name.test(module) && !home.test(from)));
  expect(astray.map(({ from, module }) => `${from} imports ${module}`)).toEqual([]);
  for (const [name] of homes.slice(0, 1)) expect(imports.some(({ module }) => name.test(module))).toBe(true);
});

test("the contract imports nothing but its schemas, their checksum and the distance of spellings, and planning reads neither files nor clocks nor other processes", () => {
  const packages = (folder: string) =>
    imports.filter(({ from, file }) => from.startsWith(folder) && file === undefined).map(({ module }) => module);
  expect([...new Set(packages("runtime/contract/"))].sort()).toEqual(["fastest-levenshtein", "node:crypto", "valibot"]);
  expect(packages("runtime/compile/")).toContain("node:crypto");
  expect(packages("runtime/compile/").filter((module) => module.startsWith("node:") && module !== "node:crypto")).toEqual([]);
  const clocks = sources.filter(
    (path) => path.startsWith("runtime/compile/") && /Date\.now|new Date|performance\.now|Math\.random/.test(read(path)),
  );
  expect(clocks).toEqual([]);
});

test("every file is used: by another, by a script or as a page's entry point", () => {
  const imported = new Set(imports.map(({ file }) => file));
  for (const { entry } of Object.values(pages)) imported.add(`client/webviews/${entry}`);
  const scripts = [...Object.values(packageJson.scripts), ...files.filter((path) => path.startsWith("tools/")).map(read)].join("\n");
  const tests = new Set(
    files
      .filter((path) => path.startsWith("test/"))
      .flatMap((path) => (path.endsWith(".ts") ? importsOf(path).map((module) => fileOfModule(module, path)) : [])),
  );
  const orphans = sources.filter(
    (path) => /^(runtime|language|server|client)\//.test(path) && !imported.has(path) && !scripts.includes(path),
  );
  expect(orphans.map((path) => (tests.has(path) ? `${path}, but for its tests` : path))).toEqual([]);
});

/** The innermost project whose folder holds the file. */
function projectOf(path: string): Project | undefined {
  return projects.filter(({ folder }) => path.startsWith(`${folder}/`)).sort((a, b) => b.folder.length - a.folder.length)[0];
}
