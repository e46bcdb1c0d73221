import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Analysis, analyse } from "#language/index.ts";

export interface Project {
  folder: string;
  analysis: Analysis;
  /** `file:line:column-line:column` of each «marked» region, in order. */
  marks: string[];
}

/** Files with one byte of data, so that the rules about files have nothing to say. */
const data = { "a.txt": "a", "t.tsv": "a" };

/** Writes `main.pretrain`, what it imports and its data to a folder of their own, and analyses it. «…» marks where problems belong. */
export async function analyseText(text: string, files: Record<string, string> = {}): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pretrain-language-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const marks: string[] = [];
  for (const [name, content] of Object.entries({ ...data, "main.pretrain": text, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const { unmarked, regions } = unmark(content);
    writeFileSync(join(folder, name), unmarked);
    marks.push(...regions.map((region) => `${name}:${region}`));
  }
  return { folder, analysis: await analyse(join(folder, "main.pretrain")), marks };
}

/** The places of problems, in the form of the marks. */
export function placesOf({ analysis: { problems }, folder }: Project): string[] {
  return problems.map((problem) => placeText(problem, folder));
}

export function placeText(at: Analysis["problems"][number], folder: string): string {
  return `${at.file.slice(folder.length + 1)}:${at.line}:${at.column}-${at.endLine}:${at.endColumn}`;
}

function unmark(content: string): { unmarked: string; regions: string[] } {
  const regions: string[] = [];
  let unmarked = "";
  let open = "";
  for (const character of content) {
    if (character === "«") open = position(unmarked);
    else if (character === "»") regions.push(`${open}-${position(unmarked)}`);
    else unmarked += character;
  }
  return { unmarked, regions };
}

function position(text: string): string {
  const lines = text.split("\n");
  return `${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}
