import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { analyseText } from "#language/analyse.ts";
import { format } from "#language/index.ts";
import { createPretrainServices } from "#language/module.ts";
import { textsOnDisk } from "#language/texts-on-disk.ts";

const pairs: [what: string, before: string, after: string][] = [
  ["spaces", "model   m{layers:4,heads  :2}", "model m { layers: 4, heads: 2 }\n"],
  ["an entry a line", "model m {\nlayers: 4, heads: 2\n      hidden: 8 }", "model m {\n  layers: 4\n  heads: 2\n  hidden: 8\n}\n"],
  ["alignment", "objective clm  = causal\nobjective t5   = prefix", "objective clm = causal\nobjective t5 = prefix\n"],
  [
    "blank lines",
    "\n\nmodel m {\n\n  layers: 4\n\n\n  heads: 2\n\n}\n\n\nmodel n {}\n",
    "model m {\n  layers: 4\n\n  heads: 2\n}\n\nmodel n {}\n",
  ],
  [
    "a blank line around what takes several",
    'import "a.pretrain"\nmodel m {\n  layers: 4\n}\nmodel n {}',
    'import "a.pretrain"\n\nmodel m {\n  layers: 4\n}\n\nmodel n {}\n',
  ],
  [
    "nested blocks as they were written",
    "pretrain p {\n optimizer: adamw { beta1: 0.9 }\n save: every   5   steps,keep 2\n}\ncorpus c {\n  split: {\n by: document }\n}",
    "pretrain p {\n  optimizer: adamw { beta1: 0.9 }\n  save: every 5 steps, keep 2\n}\n\ncorpus c {\n  split: {\n    by: document\n  }\n}\n",
  ],
  ["a short list on one line", "corpus c {\n  files: [\n    'a',\n    \"b\",\n  ]\n}", "corpus c {\n  files: ['a', \"b\"]\n}\n"],
  [
    "a long list with an element a line",
    `compare x {\n  vary objective: [${Array(5).fill("masked { rate: 15%, mask: 80% }").join(",")}]\n}`,
    `compare x {\n  vary objective: [\n${Array(5).fill("    masked { rate: 15%, mask: 80% }").join(",\n")}\n  ]\n}\n`,
  ],
  ["a margin", "compare x { expect:a=b  within 1  on t . f1 }", "compare x { expect: a = b within 1 on t.f1 }\n"],
  ["a comparison", "compare x { expect:a>b   on t . f1, seeds: 1 .. 5 }", "compare x { expect: a > b on t.f1, seeds: 1..5 }\n"],
  ["shares", "objective o = mixture { 50% : a 50%:b { rate: 1% } }", "objective o = mixture { 50%: a, 50%: b { rate: 1% } }\n"],
  [
    "comments",
    "// one\n\n/** two\n    * three */\nmodel m { // four\n  layers: 4    // five\n  // six\n  heads: /* seven */ 2\n  // eight\n} // nine\n// ten",
    "// one\n\n/** two\n * three */\nmodel m { // four\n  layers: 4 // five\n  // six\n  /* seven */\n  heads: 2\n  // eight\n} // nine\n\n// ten\n",
  ],
  ["a doc comment behind a declaration", "model m {\n}/** m's */\nmodel n {}", "model m {} /** m's */\nmodel n {}\n"],
  ["of several lines", "model m { layers: 4 } /** m's\n * own */\nmodel n {}", "model m { layers: 4 } /** m's\n * own */\nmodel n {}\n"],
  [
    "comments in a declaration's head",
    "/** m */\nmodel /** no */ m // one\n { layers: 4 }",
    "/** m */\nmodel m { layers: 4 } /** no */ // one\n",
  ],
  [
    "comments in lists",
    "corpus c { files: [ // one\n'a', // two\n 'b' /* three */ ] }",
    "corpus c {\n  files: [ // one\n    'a', // two\n    'b' /* three */\n  ]\n}\n",
  ],
  ["a comment alone", "// nothing yet", "// nothing yet\n"],
  ["nothing", " \n\n", ""],
  ["Windows line ends and a byte order mark", "\uFEFFmodel m {\r\n  layers: 4 // four\r\n}\r\n", "model m {\n  layers: 4 // four\n}\n"],
];

describe("format", () => {
  test.each(pairs)("%s", (_what, before, after) => {
    expect(format(before)).toEqual({ text: after });
    expect(format(after)).toEqual({ text: after });
  });

  test.each(["which-objective.pretrain", "adapt-bert.pretrain"])("%s: changes nothing but spaces, and nothing the second time", (name) => {
    const before = readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
    const once = format(before);
    const text = "text" in once ? once.text : "";
    expect(words(text)).toEqual(words(before));
    expect(format(text)).toEqual({ text });
  });

  test("a number with a unit is no key, and none that only formatting would find", () => {
    const problems = ["batch: a 32 sequences\n  : b", "batch: a\n  32 sequences: b", "batch: a, 32 sequences : b"].map(
      (entries) => format(`pretrain p {\n  ${entries}\n}\n`) as { problems: { message: string }[] },
    );
    for (const { problems: found } of problems) expect(found[0]!.message).toBe("Found sequences, expected : and a value after 32.");
  });

  test("leaves a text with mistakes alone and says where they are", () => {
    expect(format("model m { layers 4 }", "a.pretrain")).toEqual({
      problems: [expect.objectContaining({ file: "a.pretrain", line: 1, column: 18, code: "syntax-error" })],
    });
  });
});

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

test("a comment of more lines than a call takes arguments", () => {
  const comment = `/*${"\n".repeat(200_000)}*/`;
  expect((format(`${comment}\nmodel m { layers: 4 }`) as { text: string }).text).toMatch(/\*\/\nmodel m \{ layers: 4 \}\n$/);
});

const services = createPretrainServices(textsOnDisk);
const documented = `/** The file's. */

/** Prose. */
corpus c { files: "a.txt" } // one
/** Small. */
model m {
  layers: 2
}
objective o = mixture { 50%: causal, 50%: prefix { rate: 50% } }
objective p = causal
`;

describe.each([" /** new */ ", " /* new */ ", " // new\n", " /** new\n * and more */ ", "\n/** new */\n"])("a comment %j", (comment) => {
  test("a comment anywhere keeps its meaning when the text is formatted", async () => {
    const specOf = async (text: string) => JSON.stringify((await analyseText(text, "/none/a.pretrain", services)).spec);
    const places = [...documented.matchAll(/\s+/g)].map(({ index }) => index).filter((at) => !isInComment(at));
    expect(places.length).toBeGreaterThan(25);
    for (const at of places) {
      const text = documented.slice(0, at) + comment + documented.slice(at);
      const formatted = format(text);
      const once = "text" in formatted ? formatted.text : "";
      expect(once, text).toContain("new");
      expect(await specOf(once), text).toBe(await specOf(text));
      expect(format(once), text).toEqual({ text: once });
    }
  });
});

function isInComment(at: number): boolean {
  const line = documented.slice(0, at).split("\n").at(-1)!;
  return /^\/\*\*|\/\//.test(line);
}
