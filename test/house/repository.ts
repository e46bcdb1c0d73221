import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { globSync } from "tinyglobby";

/** The repository as text: what the house rules are about. Paths are relative to its root, with forward slashes. */
export const root = resolve(import.meta.dirname, "../..");

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** All files but those that `.gitignore` leaves out. */
export const files: readonly string[] = globSync("**/*", { cwd: root, dot: true, ignore: [".git/**", ...ignored()] }).sort();

/** What people wrote in TypeScript and what runs: without tests and generated files. */
export const sources: readonly string[] = files.filter(
  (path) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path) && !path.startsWith("test/") && !path.includes("/generated/"),
);

export const pages: readonly string[] = files.filter((path) => path.endsWith(".md"));

export interface PackageJson {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  imports: Record<string, string>;
  contributes: { configuration: { properties: Record<string, { enum?: string[]; enumDescriptions?: string[] }> } };
}

export const packageJson = JSON.parse(read("package.json")) as PackageJson;

/** The fenced blocks of a page in one language, without the fences. */
export function codeBlocks(page: string, language: string): string[] {
  return [...read(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] as string);
}

/** A page without its fenced and indented blocks and its `code`. */
export function proseOf(page: string): string {
  return read(page)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/^ {4}.*$/gm, "")
    .replace(/`[^`\n]*`/g, "");
}

/** Modules that a file imports or re-exports, also `import(…)` and types alone. */
export function importsOf(path: string): string[] {
  return importsIn(read(path));
}

function importsIn(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm);
  const calls = text.matchAll(/\bimport\("([^"]+)"\)/g);
  return [...statements, ...calls].map((match) => (match[1] ?? match[2]) as string);
}

/** Those that are still there when the types are gone. */
export function valueImportsOf(path: string): string[] {
  const text = read(path)
    .replaceAll(/^(?:import|export) type\b[^"';]*?from\s+"[^"]+"/gm, "")
    .replaceAll(/^(?:import|export)\s*\{(?:\s*type [^,}]*,?)+\}\s*from\s+"[^"]+"/gm, "");
  return importsIn(text);
}

/** The file of the repository that a module is; undefined for a package. */
export function fileOfModule(module: string, from: string): string | undefined {
  if (module.startsWith(".")) return shown(resolve(root, dirname(from), module));
  const alias = Object.keys(packageJson.imports).find((each) => module.startsWith(each.slice(0, -1)));
  if (alias === undefined) return undefined;
  return shown(resolve(root, packageJson.imports[alias]!.replace("*", module.slice(alias.length - 1))));
}

function shown(path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

function ignored(): string[] {
  return read(".gitignore")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `**/${line.replace(/\/$/, "/**")}`);
}
