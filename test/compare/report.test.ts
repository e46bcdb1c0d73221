import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { referencesFor } from "#runtime/compare/report/bibliography.ts";
import { type ReportInput, reportOf } from "#runtime/compare/report/contents.ts";
import { htmlReport } from "#runtime/compare/report/html.ts";
import { latexReport } from "#runtime/compare/report/latex.ts";
import { markdownReport } from "#runtime/compare/report/markdown.ts";
import { crossings } from "#runtime/contract/crossings.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { example } from "./example.ts";

function input(): ReportInput {
  const { job, runs } = example(
    [
      { cell: "mlm", accuracy: [[0.8], [0.82], [0.81], [0.83]] },
      { cell: "clm_<&%", accuracy: [[0.7], [0.71], [0.7], [0.74]] },
    ],
    { majority: 0.5, expect: [{ left: "mlm", operator: ">", right: "clm_<&%", task: "sentiment", metric: "accuracy" }] },
  );
  const checked = { ...job, contamination: [{ task: "sentiment", corpus: "speeches", job: "contamination-1" }] };
  const contamination = {
    items: 100,
    checked: 99,
    contaminated: ["test.tsv:3"],
    examples: [{ id: "test.tsv:3", text: "x", words: "the same words" }],
  };
  return {
    result: compareRuns(checked, { ...runs, contamination: () => contamination }),
    files: [{ name: "a.pretrain", text: "/** A doc. */\n\nobjective clm = causal // 100% & more_\n   \n\ttask ü = „x“ ✓\n" }],
    pretraining: [
      { field: "model hidden", values: ["64", "64"] },
      { field: "objective kind", values: ["masked", "causal"] },
      { field: "corpus limit", values: ["–", "–"] },
    ],
    finetuning: [{ field: "epochs", values: ["3"] }],
    cells: ["mlm", "clm_<&%"],
    tasks: ["sentiment"],
    curves: [
      { cell: "mlm", points: [10, 20].map((step) => ({ at: step, mean: 3 - step / 20, low: 2.9 - step / 20, high: 3.1 - step / 20 })) },
    ],
    work: [{ kind: "pretrain", jobs: 8, done: 8, seconds: 120 }],
    versions: [{ name: "engine", value: "onnx 1.30" }],
    fingerprints: [{ name: "train.tsv", sha256: "0123456789abcdef0123" }],
    commands: ["pretrain run a.pretrain objectives"],
    used: ["masked", "causal", "adamw"],
  };
}

/** What every format says. */
const said = [
  "Which objective?",
  "by 10.25",
  "95% interval",
  "confirmed",
  "What was matched",
  "model hidden 64",
  "the same words",
  "2 min",
  "onnx 1.30",
  "0123456789abcdef",
  "pretrain run a.pretrain objectives",
  "Decoupled Weight Decay",
];

test("HTML: one file with its charts, that loads nothing and runs nothing", () => {
  const html = htmlReport(reportOf(input()));
  for (const words of said) expect(html).toContain(words);
  expect(html.match(/<svg /g)).toHaveLength(3);
  expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
  expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toContain("http");
  // names are text, whatever they hold
  expect(html).not.toContain("clm_<&%");
  expect(html).toContain("clm_&lt;&amp;%");
});

test.each([
  ["Which objective?", "Which objective?", []],
  [
    "Which objective learns most,\n  at 3.5 MFLOPs? Two of them, e.g. a masked one.\n\nSee the notes.\n",
    "Which objective learns most, at 3.5 MFLOPs?",
    ["Two of them, e.g. a masked one.", "See the notes."],
  ],
  ["A first look\n\nat small models.", "A first look", ["at small models."]],
])("a comment of several sentences is a title and text: %j", (question, title, paragraphs) => {
  const document = reportOf({ ...input(), result: { ...input().result, question } });
  expect(document.title).toBe(title);
  const [answer] = document.sections;
  const sentence = { kind: "paragraph", text: "mlm (81.50) is better than clm_<&% (71.25) on sentiment." };
  expect(answer!.blocks.slice(0, -1)).toEqual([sentence, ...paragraphs.map((text) => ({ kind: "paragraph", text }))]);
  expect(answer!.blocks.at(-1)!.kind).toBe("list");
});

test("Markdown: tables for a pull request", () => {
  const markdown = markdownReport(reportOf(input()));
  for (const words of said.filter((each) => !each.includes("%"))) expect(markdown).toContain(words);
  expect(markdown).toContain("| mlm | 81.50 ± 0.65 |");
  expect(markdown).toContain("## Contamination");
});

test("LaTeX: booktabs tables, a paragraph of methods, and the bibliography of the methods used", () => {
  const latex = latexReport(reportOf(input()));
  for (const words of [
    "\\toprule",
    "\\section{Methods}",
    "model hidden 64",
    "95\\% interval",
    "@inproceedings{loshchilov-and-hutter-2019",
    "@article{dmitrienko-offen-and-westfall-2003",
  ])
    expect(latex).toContain(words);
  expect(latex).toContain("clm\\_\\allowbreak{}\\textless{}\\&\\%");
  // outside of the bibliography nothing is left that TeX would take for a command of its own
  expect(latex).not.toContain("corpus limit");
  expect(latex.split("\\begin{document}")[1]).not.toMatch(/(?<!\\)[%#]|[^\u0020-\u017f\n]/);
});

const engine = ["tectonic", "pdflatex"].find((name) => spawnSync(name, ["--version"]).status === 0);

test.skipIf(engine === undefined)(
  `LaTeX compiles (${engine ?? "skipped: neither tectonic nor pdflatex is installed"})`,
  () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "report.tex"), latexReport(reportOf(input())));
    const run = (program: string, ...args: string[]) => {
      const { status, stdout } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
      expect(status, stdout).toBe(0);
      return stdout;
    };
    if (engine === "tectonic") {
      run("tectonic", "--keep-intermediates", "report.tex");
    } else {
      const latex = () => run("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex");
      latex();
      expect(run("bibtex", "report")).not.toMatch(/Warning|error/i);
      latex();
      expect(latex()).not.toMatch(/undefined|Overfull/);
    }
    expect(readFileSync(join(folder, "report.bbl"), "utf8").match(/\\bibitem/g)!.length).toBe(
      referencesFor(reportOf(input()).sources).length,
    );
  },
  60_000,
);

test("a source outside the list appears as cited; each work appears once", () => {
  const references = referencesFor(["Nobody 1999, section 2", "Welch 1947", "Welch 1947, section 2"]);
  expect(references.map(({ key }) => key)).toEqual(["nobody-1999", "welch-1947"]);
});

test("two objectives whose order changes with the budget cross between the two costs", () => {
  const { job, runs } = example([
    { cell: "mlm, small", accuracy: [[0.6], [0.6]] },
    { cell: "mlm, large", accuracy: [[0.8], [0.8]] },
    { cell: "clm, small", accuracy: [[0.65], [0.65]] },
    { cell: "clm, large", accuracy: [[0.75], [0.75]] },
  ]);
  const cells = job.cells.map((cell) => ({ ...cell, matched: { ...cell.matched, flops: cell.cell.endsWith("small") ? 1e12 : 1e14 } }));
  const found = crossings(compareRuns({ ...job, cells }, runs), "sentiment", "accuracy");
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("mlm and clm on sentiment.accuracy cross at about 1.00e13 FLOPs");
  expect(crossings(compareRuns(job, runs), "sentiment", "accuracy")).toEqual([]);
});
