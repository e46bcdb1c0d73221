import { expect, test } from "vitest";
import { files, read } from "./repository.ts";

/** So many equal lines in two places are one thing written twice. */
const longestRun = 5;

/** Written by people: entries of the catalogue are alike by their nature, and generated files are what their source makes them. */
const written = files.filter(
  (path) => /\.(ts|py|css|langium|wat|html)$/.test(path) && !/\/generated\/|\.generated\.|runtime\/contract\/catalogue\//.test(path),
);

test(`no ${longestRun + 1} equal lines are in two places`, () => {
  expect(written.length).toBeGreaterThan(900);
  expect(repeats(written.map((path) => ({ path, text: read(path) })))).toEqual([]);
});

test("a planted copy is found, whatever is between its lines and however far it is indented", () => {
  const path = "runtime/scoring/statistics.ts";
  const lines = read(path).split("\n");
  const first = lines.findIndex((line) => line.startsWith("export function"));
  const copy = lines.slice(first, first + 40).flatMap((line) => [`  ${line}`, "", "// a comment"]);
  const planted = { path: "client/planted.ts", text: ["const a = 1;", ...copy].join("\n") };
  expect(repeats([{ path, text: lines.join("\n") }, planted])).toEqual([`${path}:${first + 1} ~ client/planted.ts:2`]);
});

test("imports, brackets alone and one line that comes many times are no repeat", () => {
  const imports = ["import {", ..."abcdefgh".split("").map((name) => `  ${name},`), '} from "./letters.ts";'];
  expect(repeats(["a.ts", "b.ts"].map((path) => ({ path, text: [...imports, `use("${path}");`].join("\n") })))).toEqual([]);
  const brackets = ["[", "{", "}", "]", ");", "},", "}", "}"];
  expect(repeats(["a.ts", "b.ts"].map((path) => ({ path, text: brackets.join("\n") })))).toEqual([]);
  expect(repeats([{ path: "a.ts", text: Array.from({ length: 9 }, () => "  number,").join("\n") }])).toEqual([]);
});

interface Line {
  text: string;
  /** From 1. */
  number: number;
}

/** `file:line ~ file:line` of every run of equal lines that is too long, by its beginning in both places. */
function repeats(sources: readonly { path: string; text: string }[]): string[] {
  const length = longestRun + 1;
  const places = new Map<string, { path: string; lines: readonly Line[]; at: number }[]>();
  for (const { path, text } of sources) {
    const lines = tellingLines(text);
    for (let at = 0; at + length <= lines.length; at++) {
      const run = lines.slice(at, at + length).map((line) => line.text);
      const key = run.join("\n");
      places.set(key, [...(places.get(key) ?? []), { path, lines, at }]);
    }
  }
  return [...places.values()].flatMap(([one, ...others]) =>
    others.flatMap((other) => {
      const overlap = one!.path === other.path && other.at - one!.at < length;
      const isInside = one!.lines[one!.at - 1]?.text === other.lines[other.at - 1]?.text && one!.at > 0 && other.at > 0;
      const [left, right] = [one!, other].map(({ path, lines, at }) => `${path}:${lines[at]!.number}`);
      return overlap || isInside ? [] : [`${left} ~ ${right}`];
    }),
  );
}

/** Lines that say something: none of imports, comments, and brackets alone. */
function tellingLines(text: string): Line[] {
  const code = text.replaceAll(/^import\b[^"';]*?from\s+"[^"]+".*$|^import\s+"[^"]+";$/gm, (match) => match.replaceAll(/[^\n]/g, ""));
  return code
    .split("\n")
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text: line }) => /\w/.test(line) && !/^(\/\/|\/\*|\*|#)/.test(line));
}
