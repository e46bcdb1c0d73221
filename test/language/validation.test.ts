import { describe, expect, test } from "vitest";
import { analyseText, placesOf } from "./project.ts";

const corpus = 'corpus c { files: "a.txt" }';
const task = 'task t = classification { train: "t.tsv" }';
const base = `${corpus}
tokenizer k { kind: bytes, train on: c }
model m {}
${task}
pretrain p { model: m, objective: causal, corpus: c, tokenizer: k, budget: 1 step }
`;

/** The smallest text that breaks a rule, with «the place» of the problem; [code, rule, text, fixes, other files]. */
const examples: [code: string, rule: string, text: string, fixes?: string[], files?: Record<string, string>][] = [
  ["syntax-error", "a block that is not closed", "model m { layers: 4«»"],
  ["syntax-error", "a key without a colon", "model m { layers «4» }"],
  ["syntax-error", "no declaration", "«hello» world"],
  ["syntax-error", "a text without its closing quote", 'import «"»x\nmodel m {}'],

  ["unresolved-import", "a file that is not there", 'import «"other.pretrain"»'],
  ["unresolved-import", "a file of another kind", 'import «"a.txt"»', ['"a.txt.pretrain"']],
  ["repeated-import", "an import that stands twice", 'import "other.pretrain"\nimport «"other.pretrain"»', [], { "other.pretrain": "" }],
  ["import-cycle", "a file that imports itself", 'import «"main.pretrain"»'],
  [
    "duplicate-name",
    "a name that two imports bring",
    'import "one.pretrain"\nimport «"two.pretrain"»',
    [],
    { "one.pretrain": "model m {}", "two.pretrain": "model m {}" },
  ],

  ["duplicate-name", "a name that is declared twice", "model m {}\nmodel «m» {}"],
  ["duplicate-name", "a name for two kinds", `${corpus}\nmodel «c» {}`],
  ["duplicate-name", "a name that an import brings", 'import "other.pretrain"\nmodel «m» {}', [], { "other.pretrain": "model m {}" }],
  ["reserved-name", "an objective with a name of the catalogue", "objective «masked» = causal"],
  ["reserved-name", "a model with the name of a baseline", "model «scratch» {}"],
  ["reserved-name", "an objective with the name of a baseline", "objective «majority» = causal"],
  ["reserved-name", "a corpus with the name of a baseline", 'corpus «scratch» { files: "a.txt" }'],
  [
    "unknown-key",
    "a unit before the next key on the line",
    `${base}pretrain q { extends: p, budget: 20k «tokens batch»: 16 }`,
    ["tokens, batch"],
  ],

  ["wrong-form", "a block where an option belongs", "objective «o» { rate: 15% }"],
  ["wrong-form", "an option where a block belongs", "model «m» = causal"],
  [
    "unexpected-settings",
    "settings for a declared objective",
    `${base}objective o = masked\npretrain q { extends: p, objective: «o» { rate: 40% } }`,
  ],
  ["choice-beside-family", "a choice that the family has made", "model m { family: bert, «norm»: rms }"],
  ["choice-beside-family", "one that is taken over", "model a { norm: rms }\nmodel m { extends: a, «family»: bert }"],
  ["size-beside-checkpoint", "a family beside a checkpoint", 'model m { checkpoint: "b", «family»: bert }'],
  ["unexpected-settings", "settings for a choice", "model m { norm: «rms» { x: 1 } }"],
  ["unexpected-settings", "settings for an objective without any", "objective o = mixture { 100%: «causal» { } }"],

  ["unknown-key", "a key that is nearly one", "model m { «layer»: 4 }", ["layers"]],
  ["unknown-key", "a key of another declaration", "model m { «batch»: 4 }", []],
  ["unknown-key", "a key of an option", "objective o = masked { «rat»: 15% }", ["rate"]],
  ["unknown-key", "a key in a nested block", `corpus c { files: "a.txt", split: { «vaildation»: 5% } }`, ["validation"]],
  ["unknown-key", "a key among the shares of a mixture", "objective o = mixture { «half»: causal, 100%: causal }"],
  [
    "unknown-key",
    "a key that no comparison varies",
    `${base}compare x { extends: p, vary objective: [causal], «vary objectives»: [causal] }`,
    ["vary objective"],
  ],
  ["repeated-key", "a key that stands twice", "model m { layers: 4, «layers»: 5 }"],
  ["repeated-key", "a key that is varied twice", `${base}compare x { extends: p, vary batch: [1, 2], «vary batch»: [3, 4] }`],

  ["missing-key", "a key that must be given", "corpus «c» {}"],
  ["missing-key", "a key of an option", `${base}pretrain q { extends: p, objective: «supervised» }`],
  ["missing-key", "a key of a block", `${base}compare x { extends: p, vary batch: [1, 2], «finetune»: { epochs: 3 } }`],
  ["missing-key", "what a comparison extends", `${base}compare «x» { vary batch: [1, 2] }`],
  ["missing-key", "a key of what is declared", "task «t» = classification"],

  ["wrong-type", "a text for a number", 'model m { layers: «"4"» }'],
  ["wrong-type", "something like a number", "model m { layers: «4x» }"],
  ["wrong-type", "a name for a path", "corpus c { files: «a» }", ['"a"']],
  ["wrong-type", "a list for a number", "model m { layers: «[4]» }"],
  ["wrong-type", "a block for a number", "model m { «layers»: { x: 4 } }"],
  ["wrong-type", "a word for true or false", "model m { biases: «yes» }", ["true", "false"]],
  [
    "setting-without-effect",
    "a final learning rate of a constant schedule",
    `${base}pretrain q { extends: p, optimizer: adamw { schedule: constant, «final_learning_rate»: 1e-4 } }`,
  ],
  [
    "setting-without-effect",
    "a learning rate beside the relative step of what is extended",
    `${base}pretrain q { extends: p, optimizer: adafactor { relative_step: true } }
pretrain r { extends: q, optimizer: adafactor { «learning_rate»: 1e-4 } }`,
  ],
  ["wrong-type", "a number for an option", `${base}pretrain q { extends: p, optimizer: «1e-3» }`],
  ["wrong-type", "last without a number", `${base}finetune f { from: p, task: t, train: «last» }`, ["last 2 layers"]],
  ["wrong-type", "an empty text", 'corpus c { files: «""» }'],
  ["wrong-type", "a number of checkpoints where none are kept", `${base}pretrain q { extends: p, evaluate: «every 5 steps, keep 2» }`],
  ["wrong-unit", "a unit that the key does not take", "model m { layers: «4 steps» }"],
  ["wrong-unit", "a percentage for a number", "model m { layers: «4%» }"],
  ["wrong-unit", "a misspelt unit", `${base}pretrain q { extends: p, budget: «5M tokns» }`],
  ["out-of-range", "a number below the range", "model m { layers: «0» }"],
  ["out-of-range", "a fraction of something countable", "model m { layers: «1.5» }"],
  ["out-of-range", "a share above the whole", "objective o = masked { rate: «150%» }"],
  ["out-of-range", "a percentage without its sign", "objective o = masked { rate: «15» }"],
  ["out-of-range", "a budget of nothing", `${base}pretrain q { extends: p, budget: «0 steps» }`],
  ["out-of-range", "an empty list", "corpus c { files: «[]» }"],
  ["out-of-range", "an empty range of seeds", `${base}compare x { extends: p, vary batch: [1, 2], seeds: «5..1» }`, ["1..5"]],
  ["out-of-range", "a seed that stands twice", `${base}compare x { extends: p, vary batch: [1, 2], seeds: «[1, 1]» }`],

  ["unexpected-weight", "a share outside of mixtures", "model m { «50%»: causal }"],
  ["out-of-range", "a share of more than the whole", "objective o = mixture { «150%»: causal }"],

  ["one-seed", "a number that may count seeds", `${base}compare x { extends: p, vary batch: [1, 2], seeds: «42» }`, ["1..42", "[42]"]],
  ["one-seed", "one that hardly does", `${base}compare x { extends: p, vary batch: [1, 2], seeds: «1234» }`, ["1234..1236", "[1234]"]],
  ["unknown-choice", "a choice that is nearly one", "model m { norm: «rmss» }", ["rms"]],
  ["unknown-choice", "an option that is nearly one", "objective o = «maskt»", ["masked"]],
  [
    "unknown-choice",
    "an unknown metric",
    `${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: 1 > 2 on t.«acuracy» }`,
    ["accuracy"],
  ],
  [
    "unresolved-reference",
    "a name that nothing has",
    'corpus talks { files: "a.txt" }\ntokenizer k { kind: bytes, train on: «talk» }',
    ["talks"],
  ],
  [
    "nothing-is-trained",
    "training on minimal pairs",
    `${base}task g = minimal_pairs { files: "a.txt" }\nfinetune f { from: p, task: g, «epochs»: 3 }`,
  ],
  ["unresolved-reference", "an objective that nothing has", "objective mlm = masked\nobjective o = mixture { 100%: «mln» }", ["mlm"]],
  [
    "unresolved-reference",
    "an expectation of what nothing has",
    `${base}compare x { extends: p, vary objective: [causal, prefix], finetune: { task: t }, expect: causal > «prefx» on t.f1 }`,
    ["prefix"],
  ],
  [
    "unresolved-reference",
    "an expectation on a task that nothing has",
    `${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: 1 > 2 on «test».f1 }`,
    [],
  ],
  [
    "out-of-range",
    "a margin of an expectation that is no equality",
    `${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: 1 > 2 within «1» on t.f1 }`,
    [],
  ],
  [
    "out-of-range",
    "a margin that is not positive",
    `${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: 1 = 2 within «0» on t.f1 }`,
    [],
  ],
  [
    "out-of-range",
    "a margin in % of a metric that is none",
    `${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: 1 = 2 within «1%» on t.brier }`,
    [],
  ],
  ["wrong-kind", "a name of another kind", "model m {}\ntokenizer k { kind: bytes, train on: «m» }"],
  ["wrong-kind", "a declaration that starts from another", "objective a = causal\nobjective b = «a»"],

  ["extends-cycle", "a declaration that extends itself", "model m { extends: «m» }"],
  ["extends-mismatch", "an objective that extends one with other settings", "objective a = causal\nobjective b = masked { extends: «a» }"],
  ["objective-cycle", "a mixture that contains itself", "objective o = mixture { 100%: «o» }"],

  ["missing-file", "a file that is not there", 'task t = classification { train: «"no.tsv"» }'],
  ["missing-file", "a pattern that matches nothing", 'corpus c { files: ["a.txt", «"*.md"»] }'],
  ["missing-file", "a folder for a file", 'task t = classification { train: «"folder"» }', ['"folder/x.tsv"'], { "folder/x.tsv": "" }],

  ["setting-beside-file", "what a tokenizer's file was made with", 'tokenizer k { file: "a.txt", «lowercase»: true }'],
  ["files-beside-hub", "files beside a data set of the hub", 'corpus c { hub: "owner/name", «files»: "a.txt" }'],
  ["data-files-without-hub", "files of no data set", 'corpus c { files: "a.txt", «data_files»: "*.txt" }'],
  ["missing-file", "a tokenizer that is not there", 'tokenizer k { file: «"none.json"» }'],
  ["not-supported-yet", "a budget in time", `${base}pretrain q { extends: p, budget: «20 min» }`],
];

describe("every rule, by the smallest text that breaks it", () => {
  test.each(examples)("%s: %s", async (code, _rule, text, fixes, files) => {
    const project = await analyseText(text, files);
    expect(project.analysis.problems.map((problem) => problem.code)).toEqual([code]);
    expect(project.marks).toHaveLength(1);
    expect(placesOf(project)).toEqual(project.marks);
    if (fixes) expect(project.analysis.problems[0]?.fixes ?? []).toEqual(fixes);
  });
});

test("the text that the examples build on has no problem", async () => {
  expect((await analyseText(base)).analysis.problems).toEqual([]);
});

describe("cycles are reported where each of their members closes them", () => {
  test("extends", async () => {
    const project = await analyseText("model a { extends: «b» }\nmodel b { extends: «c» }\nmodel c { extends: «a» }");
    expect(project.analysis.problems.map(({ code }) => code)).toEqual(Array(3).fill("extends-cycle"));
    expect(placesOf(project)).toEqual(project.marks);
  });

  test("mixtures, also through one in place", async () => {
    const project = await analyseText("objective a = mixture { 100%: sequence { 100%: «b» } }\nobjective b = mixture { 100%: «a» }");
    expect(project.analysis.problems.map(({ code }) => code)).toEqual(["objective-cycle", "objective-cycle"]);
    expect(placesOf(project)).toEqual(project.marks);
  });

  test("imports", async () => {
    const project = await analyseText('import «"other.pretrain"»', { "other.pretrain": 'import «"main.pretrain"»' });
    expect(project.analysis.problems.map(({ code }) => code)).toEqual(["import-cycle", "import-cycle"]);
    expect(placesOf(project)).toEqual(project.marks);
  });
});

test("missing names are not reported while a part of the file cannot be read", async () => {
  const { analysis } = await analyseText("model m { layers 4 }\npretrain p { model: mm }");
  expect(analysis.problems.map(({ code }) => code)).toEqual(["syntax-error"]);
});

test("an expectation may be of a corpus", async () => {
  const { analysis } = await analyseText(
    `${base}compare x { extends: p, vary objective: [causal, prefix], expect: [causal > prefix on c.loss, causal > prefix on corpus.loss] }`,
  );
  expect(analysis.problems).toEqual([]);
});

test("a declaration in a block that was not closed is a mistake in the syntax alone", async () => {
  const { analysis } = await analyseText("model m {\n  layers: 4\nmodel n { layers: 4 }");
  expect(new Set(analysis.problems.map(({ code }) => code))).toEqual(new Set(["syntax-error"]));
  expect(analysis.problems[0]?.message).toContain("Is a } missing further up?");
});

test("an import after a declaration is reported with its proper place", async () => {
  const { analysis } = await analyseText('model m {}\nimport "other.pretrain"', { "other.pretrain": "" });
  expect(analysis.problems[0]).toMatchObject({ line: 2, column: 1, code: "syntax-error" });
  expect(analysis.problems[0]!.message).toBe("Found import after a declaration; expected imports first. Move it above all declarations.");
});

test("a file that is not there is a problem at its start", async () => {
  const { analyse } = await import("#language/index.ts");
  const { problems, spec } = await analyse("/nowhere/main.pretrain");
  expect(problems).toMatchObject([{ file: "/nowhere/main.pretrain", line: 1, column: 1, severity: "error", code: "missing-file" }]);
  expect(spec).toBeNull();
});
