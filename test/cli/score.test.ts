import { afterEach, expect, test, vi } from "vitest";
import { exitCodeOf } from "#runtime/cli/exit.ts";
import { createProgram } from "#runtime/cli/program.ts";
import { sealedText } from "#runtime/contract/sealed.ts";
import * as fixtures from "../compile/fixtures.ts";
import { folderWith, type Outcome } from "./cli.ts";

afterEach(() => void vi.restoreAllMocks());

/** Runs the command in this process. Files are named beside the folder, and messages name them so too. */
async function score(files: Record<string, string | Uint8Array>, ...args: string[]): Promise<Outcome> {
  const folder = folderWith(files);
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text).replaceAll(`${folder}/`, "");
      return true;
    });
  }
  const placed = args.map((arg) => (Object.hasOwn(files, arg) || arg === "none.txt" ? `${folder}/${arg}` : arg));
  try {
    await createProgram().parseAsync(["score", ...placed], { from: "user" });
    return { code: 0, ...written };
  } catch (error) {
    const code = exitCodeOf(error);
    return { code, ...written };
  } finally {
    vi.restoreAllMocks();
  }
}

async function json(files: Record<string, string>, ...args: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await score(files, ...args, "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const translations = {
  "out.txt": "the cat sat on the mat\nhello\n",
  "a.txt": "the cat sat on a mat\nhello\n",
  "b.txt": "the cat sits here\nhi\n",
};

test("a value a line, several files of references, options of the metric", async () => {
  const found = await json(translations, "bleu", "--predictions", "out.txt", "--references", "a.txt", "b.txt", "--smooth-method", "floor");
  expect(found).toMatchObject({ metric: "bleu", signature: "nrefs:2|case:mixed|eff:no|tok:13a|smooth:floor[0.10]" });
  expect(found.score).toBeGreaterThan(0);
  const lines = await json(
    translations,
    "chrf",
    "--predictions",
    "out.txt",
    "--references",
    "a.txt",
    "--word-order",
    "2",
    "--sentence-level",
  );
  expect(lines.signature).toContain("nw:2");
  expect((lines.scores as number[])[1]).toBeCloseTo(100, 9);
});

test("lines of JSON, with fields by default and by name", async () => {
  const files = {
    "runs.jsonl": '{"id": "a:2", "label": "pos", "predicted": "pos"}\n{"id": "a:3", "label": "neg", "predicted": "pos"}\n',
    "right.jsonl": '{"gold": "pos"}\n{"gold": "neg"}\n',
  };
  const both = await json(files, "accuracy", "--predictions", "runs.jsonl", "--references", "runs.jsonl");
  expect(both).toMatchObject({ score: 0.5, n: 2, labels: ["neg", "pos"] });
  const named = await json(files, "f1", "--predictions", "runs.jsonl", "--references", "right.jsonl", "--reference-field", "gold");
  expect(named.score).toBeCloseTo(2 / 3, 12);
  const turned = ["f1", "--predictions", "runs.jsonl", "--references", "runs.jsonl", "--positive", "neg"];
  expect(await json(files, ...turned)).toMatchObject({ score: 0, signature: "positive:neg" });
});

/** The folder that a fine-tuning on a table left, without its weights. */
function runWith(table: string, lines: readonly object[]): { files: Record<string, string>; given: string[]; predictions: string } {
  const task = fixtures.task({ train: "/data/all.tsv", validation: 0.2, test: 0.2, metrics: ["accuracy"] });
  const spec = fixtures.specOf({ tasks: { sentiment: task }, finetunings: { tuned: fixtures.finetune() } });
  const files = fixtures.filesIn({ ...fixtures.texts, "/data/all.tsv": table });
  const [job] = fixtures.ofKind(fixtures.jobsOf(spec, "tuned", { files }), "finetune");
  const predictions = lines.map((line, index) => `${JSON.stringify({ id: `${index}`, ...line })}\n`).join("");
  const path = `${job!.id}/predictions.jsonl`;
  return {
    files: { [`${job!.id}/job.json`]: sealedText(job!), [path]: predictions },
    given: ["--predictions", path, "--references", path],
    predictions,
  };
}

test("a run's predictions are scored over the labels of its task, also those that no line has", async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `text ${index}\t${"abc"[index % 3]}`);
  const { files, given, predictions } = runWith(["sentence\tpolarity", ...rows].join("\n"), [
    { label: "a", predicted: "a", probabilities: [0.8, 0.1, 0.1] },
    { label: "b", predicted: "b", probabilities: [0.2, 0.7, 0.1] },
  ]);
  expect(await json(files, "f1_macro", ...given)).toMatchObject({ score: 1, labels: ["a", "b", "c"] });
  expect(await score(files, "f1", ...given)).toMatchObject({ code: 1, stderr: expect.stringContaining("but there are 3 (a, b, c)") });
  // three numbers, and two labels that occur
  expect(await json(files, "brier", ...given)).toMatchObject({ n: 2, labels: ["a", "b", "c"] });
  const copied = ["--predictions", "copy.jsonl", "--references", "copy.jsonl"];
  expect(await json({ "copy.jsonl": predictions }, "f1_macro", ...copied)).toMatchObject({ score: 1, labels: ["a", "b"] });
});

test("of a run's two probabilities the one of the positive label is taken, whichever it is", async () => {
  const { files, given } = runWith(fixtures.texts["/data/train.tsv"], [
    { label: "bad", predicted: "bad", probabilities: [0.8, 0.2] },
    { label: "good", predicted: "good", probabilities: [0.3, 0.7] },
  ]);
  for (const positive of ["bad", "good"])
    expect(await json(files, "roc_auc", ...given, "--positive", positive)).toMatchObject({ score: 1, signature: `positive:${positive}` });
});

test("questions in SQuAD's form are matched by their ids", async () => {
  const question = (id: string, ...answers: string[]) => ({
    id,
    question: "?",
    answers: answers.map((text) => ({ text, answer_start: 0 })),
  });
  const squad = { version: "v2.0", data: [{ paragraphs: [{ context: "", qas: [question("q1", "the cat", "a dog"), question("q2")] }] }] };
  const files = { "dev.json": JSON.stringify(squad), "out.json": JSON.stringify({ q2: "", q1: "Cat!" }) };
  const found = await json(files, "exact_match", "--predictions", "out.json", "--references", "dev.json");
  expect(found).toMatchObject({ score: 1, with_answer: { n: 1, score: 1 }, without_answer: { n: 1, score: 1 }, signature: "form:2.0" });
  const missing = await score(
    { ...files, "out.json": '{"q1": "cat"}' },
    "exact_match",
    "--predictions",
    "out.json",
    "--references",
    "dev.json",
  );
  expect(missing).toMatchObject({ code: 1, stderr: 'error: out.json has no prediction for dev.json["q2"]\n' });
});

const shuffled = {
  "p.jsonl": '{"id": "1", "prediction": "a"}\n{"id": "2", "prediction": "b"}\n',
  "r.jsonl": '{"id": 2, "label": "b"}\n{"id": 1, "label": "a"}\n',
};

test.each(["jsonl", "json"])("values with an id in another order are matched by it: .%s", async (ending) => {
  const asList = (lines: string) => `[${lines.trim().split("\n").join(",")}]`;
  const files = { ...shuffled, "p.json": asList(shuffled["p.jsonl"]), "r.json": asList(shuffled["r.jsonl"]) };
  const found = await json(files, "accuracy", "--predictions", `p.${ending}`, "--references", `r.${ending}`);
  expect(found).toMatchObject({ score: 1, n: 2 });
});

test("a very long text is read beside its id", async () => {
  const long = '\n"'.repeat(5_000_000);
  const files = { "p.jsonl": `${JSON.stringify({ id: 1, prediction: long })}\n`, "r.jsonl": `${JSON.stringify({ id: 1, label: long })}\n` };
  expect(await json(files, "accuracy", "--predictions", "p.jsonl", "--references", "r.jsonl")).toMatchObject({ score: 1, n: 1 });
});

test("a label of the name id is no id", async () => {
  const files = {
    "p.jsonl": '{"id": 0.9, "de": 0.1}\n{"id": 0.9, "de": 0.1}\n',
    "r.jsonl": '{"id": 1, "label": "id"}\n{"id": 2, "label": "id"}\n',
  };
  const found = await json(files, "brier", "--predictions", "p.jsonl", "--references", "r.jsonl");
  expect(found.score).toBeCloseTo(0.02, 12);
});

const squadTwice = JSON.stringify({ data: [{ paragraphs: [{ qas: [1, 2].map((n) => ({ id: "q1", answers: [{ text: `${n}` }] })) }] }] });

test.each([
  [
    "predictions with an id twice",
    { "p.jsonl": '{"id": "1", "prediction": "a"}\n{"id": 1, "prediction": "b"}\n' },
    'p.jsonl:2: the id "1" occurs twice',
  ],
  [
    "references with an id twice",
    { "r.jsonl": '{"id": 2, "label": "b"}\n{"id": 2, "label": "a"}\n' },
    'r.jsonl:2: the id "2" occurs twice',
  ],
  [
    "an id for some only",
    { "r.jsonl": '{"id": 2, "label": "b"}\n{"label": "a"}\n' },
    "r.jsonl:2: no id, although others in r.jsonl have one",
  ],
  ["a prediction of an unknown id", { "r.jsonl": '{"id": 2, "label": "b"}\n' }, 'p.jsonl:1 (id "1") is in p.jsonl but not in r.jsonl'],
  ["no prediction for an id", { "p.jsonl": '{"id": "1", "prediction": "a"}\n' }, 'p.jsonl has no prediction for r.jsonl:1 (id "2")'],
  [
    "a field twice",
    { "p.jsonl": '{"id": "1", "prediction": "a", "prediction": "b"}\n' },
    'p.jsonl:1: the field "prediction" is there twice',
  ],
  ["an id twice in an object by id", { "p.json": '{"x": "a",\n"x": "b"}' }, 'p.json:2: the field "x" is there twice'],
  [
    "a field twice in a list",
    { "p.json": '[{"prediction": {"a": [1]}},\n{"prediction": "a",\n"prediction": "b"}]' },
    'p.json:3: the field "prediction"',
  ],
  ["a question twice", { "p.json": '{"q1": "1"}', "r.json": squadTwice }, 'r.json["q1"]: the id "q1" occurs twice in r.json'],
])("%s: exit 1", async (_, changed, message) => {
  const files: Record<string, string> = { ...shuffled, ...(changed as unknown as Record<string, string>) };
  const [predictions, references] = ["p", "r"].map((name) => (`${name}.json` in files ? `${name}.json` : `${name}.jsonl`));
  const { code, stderr } = await score(files, "accuracy", "--predictions", predictions!, "--references", references!);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
});

test("tags, matrices, probabilities and logarithms of them", async () => {
  const tags = { "p.txt": "B-PER I-PER O\nO\n", "r.txt": "B-PER I-PER O\nB-LOC\n" };
  expect(await json(tags, "entity_f1", "--predictions", "p.txt", "--references", "r.txt")).toMatchObject({ precision: 1, recall: 0.5 });
  const bilou = { "p.txt": "B-PER L-PER U-LOC\nO\n", "r.txt": "B-PER L-PER O\nU-LOC\n" };
  expect(await json(bilou, "entity_f1", "--predictions", "p.txt", "--references", "r.txt")).toMatchObject({ precision: 0.5, recall: 0.5 });
  const labels = { "p.txt": "1\n0\n1\n", "r.txt": "1\n0\n0\n" };
  const matrix = await score(labels, "confusion_matrix", "--predictions", "p.txt", "--references", "r.txt");
  expect(matrix.stdout).toBe("right \\ predicted  0  1\n0                  1  1\n1                  0  1\n");
  const chances = { "p.jsonl": '{"probabilities": {"a": 0.9, "b": 0.1}}\n[0.4, 0.6]\n', "r.txt": "a\nb\n" };
  const calibrated = await json(chances, "calibration_error", "--predictions", "p.jsonl", "--references", "r.txt");
  expect(calibrated.score).toBeCloseTo(0.25, 12);
  const logarithms = { "p.txt": `${Math.log(1 / 8)} ${Math.log(1 / 8)}\n${Math.log(1 / 8)}\n`, "r.txt": "abc\n\n" };
  expect((await json(logarithms, "perplexity", "--predictions", "p.txt")).score).toBeCloseTo(8, 12);
  expect((await json(logarithms, "bits_per_byte", "--predictions", "p.txt", "--references", "r.txt")).score).toBeCloseTo(3, 12);
});

test.each([
  ["different lengths", { "p.txt": "a\nb\nc\n", "r.txt": "a\nb\n" }, "accuracy", "p.txt has 3 values but r.txt has 2"],
  ["no number", { "p.txt": "1\ntwo\n", "r.txt": "1\n2\n" }, "mse", 'p.txt:2: expected a number, found "two"'],
  ["a notation of programs", { "p.txt": "1\n0x10\n", "r.txt": "1\n2\n" }, "mse", 'p.txt:2: expected a number, found "0x10"'],
  ["sentences of different length", { "p.txt": "O O\nO\n", "r.txt": "O O\nO O\n" }, "entity_f1", "p.txt:2: 1 tags, but r.txt:2 has 2"],
  ["a strange tag", { "p.txt": "O PER\n", "r.txt": "O O\n" }, "entity_f1", "p.txt:1: expected O or a tag such as B-PER"],
  [
    "a matrix that nobody reads",
    { "p.txt": Array.from({ length: 1001 }, (_, i) => `l${i}\n`).join(""), "r.txt": "a\n".repeat(1001) },
    "confusion_matrix",
    "there are 1002 labels, but a confusion matrix has at most 1000",
  ],
  ["three labels", { "p.txt": "a\nb\nc\n", "r.txt": "a\nb\nc\n" }, "f1", "but there are 3 (a, b, c)"],
  [
    "probabilities that add up to nothing",
    { "p.jsonl": '{"a": 0.9, "b": 0.1}\n{"a": 0, "b": 0}\n', "r.txt": "a\nb\n" },
    "calibration_error",
    "the probabilities of prediction 2 add up to 0 instead of 1",
  ],
  [
    "probabilities above 1",
    { "p.jsonl": '{"a": 90, "b": 10}\n', "r.txt": "a\n" },
    "brier",
    "prediction 1 has 90, but a probability is a number from 0 to 1",
  ],
  ["no predictions", { "p.txt": "", "r.txt": "a\n" }, "accuracy", "p.txt has no values"],
])("%s: exit 1, with the place", async (_, files, metric, message) => {
  const { code, stdout, stderr } = await score(
    files as unknown as Record<string, string>,
    metric,
    "--predictions",
    "p.jsonl" in files ? "p.jsonl" : "p.txt",
    "--references",
    "r.txt",
  );
  expect(stderr).toContain(message);
  expect(stdout).toBe("");
  expect(code).toBe(1);
});

test("a broken line of JSON and a missing field have their line", async () => {
  const files = { "p.jsonl": '{"prediction": 1}\n{"prediction": \n', "f.jsonl": '{"prediction": 1}\n{"guess": 2}\n', "r.txt": "1\n2\n" };
  const broken = await score(files, "mae", "--predictions", "p.jsonl", "--references", "r.txt");
  expect(broken.stderr).toMatch(/^error: p\.jsonl:2:\d+: not JSON: /);
  const missing = await score(files, "mae", "--predictions", "f.jsonl", "--references", "r.txt");
  expect(missing.stderr).toContain("f.jsonl:2: no field prediction or predicted; it has guess");
  const latin = await score(
    { "p.txt": Buffer.from("caf\xe9", "latin1"), "r.txt": "a\n" },
    "accuracy",
    "--predictions",
    "p.txt",
    "--references",
    "r.txt",
  );
  expect(latin).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(":1: byte 0xE9 at offset 3 is not valid UTF-8; it looks like Latin-1"),
  });
});

test.each([
  ["an unknown metric", ["blue", "--predictions", "p.txt"], "there is no metric blue; did you mean bleu?"],
  ["no references", ["bleu", "--predictions", "p.txt"], "'--references <file...>' not specified"],
  ["too many references", ["accuracy", "--predictions", "p.txt", "--references", "p.txt", "p.txt"], "takes one file of references, not 2"],
  [
    "an unknown choice",
    ["bleu", "--predictions", "p.txt", "--references", "p.txt", "--tokenize", "14a"],
    "--tokenize 14a is not one of 13a, intl",
  ],
  [
    "a number out of range",
    ["bleu", "--predictions", "p.txt", "--references", "p.txt", "--max-ngram-order", "0"],
    "whole number from 1 to 20",
  ],
  [
    "a beta whose square no number holds",
    ["chrf", "--predictions", "p.txt", "--references", "p.txt", "--beta", "1e200"],
    "above 0 to 1000000",
  ],
  [
    "a value that the method does not take",
    ["bleu", "--predictions", "p.txt", "--references", "p.txt", "--smooth-value", "2"],
    "--smooth-value applies to --smooth-method floor and add-k, but the method is exp",
  ],
  ["a file that is not there", ["bleu", "--predictions", "none.txt", "--references", "p.txt"], "there is no file none.txt"],
  ["another metric's option", ["accuracy", "--predictions", "p.txt", "--references", "p.txt", "--stem"], "unknown option '--stem'"],
])("%s is wrong usage: exit 2", async (_, args, message) => {
  const { code, stdout, stderr } = await score({ "p.txt": "a\n" }, ...args);
  expect(stderr).toContain(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});
