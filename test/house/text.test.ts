import { expect, test } from "vitest";
import { files, read } from "./repository.ts";

const tooLong = 400;

test(`every file of code has fewer than ${tooLong} lines`, () => {
  const code = files.filter((path) => path.endsWith(".ts") && !path.includes("/generated/"));
  expect(code.length).toBeGreaterThan(800);
  const long = code.map((path) => ({ path, lines: read(path).split("\n").length - 1 })).filter(({ lines }) => lines >= tooLong);
  expect(long).toEqual([]);
});

/** Home folders and drives of a machine, and hosts that packages were fetched from. */
const local: readonly RegExp[] = [
  /(?<![\w.])\/(?:home|Users|root|work|mnt)\/[\w.-]/,
  /\b[A-Z]:\\Users\\/,
  /\bregistry\.[\w-]+\.\w+/,
  /"resolved": "https?:\/\//,
  /\b(?:10|127|192\.168)\.\d+\.\d+\.\d+\b/,
];

test("nothing speaks of the machine on which it was written", () => {
  const found = files.filter(isText).flatMap((path) => {
    const lines = read(path).split("\n");
    return lines.flatMap((line, at) =>
      local.some((pattern) => pattern.test(line)) ? [`${path}:${at + 1}: ${line.trim().slice(0, 120)}`] : [],
    );
  });
  expect(found).toEqual([]);
});

test("the rule knows a local path and a host when it sees them", () => {
  const lines = [["", "home", "someone", "data"].join("/"), ["registry", "example", "org"].join("."), ["127", "0", "0", "1"].join(".")];
  for (const line of lines)
    expect(
      local.some((pattern) => pattern.test(line)),
      line,
    ).toBe(true);
  expect(local.some((pattern) => pattern.test(["see runtime", "work", "home.ts"].join("/")))).toBe(false);
});

test("nothing is left to be done in a comment", () => {
  const marks = new RegExp(["TO", "DO|FIX", "ME|XX", "X"].join(""));
  expect(files.filter((path) => path.endsWith(".ts") && marks.test(read(path)))).toEqual([]);
});

function isText(path: string): boolean {
  return /\.(ts|json|md|langium|pretrain|css|html|ya?ml|tsv|txt|snap)$|(^|\/)[^.]+$|^\.[\w]+$/.test(path);
}
