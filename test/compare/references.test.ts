import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { reportOf } from "#runtime/compare/report/contents.ts";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { benchmarks, publications } from "#runtime/contract/published-values.ts";
import { example } from "./example.ts";

const cells = [
  { cell: "mlm", accuracy: [[0.8], [0.82]] },
  { cell: "clm", accuracy: [[0.7], [0.71]] },
];

test("every published value is of a benchmark and of a metric that scores its kind of task", () => {
  const kinds = new Map(benchmarks.map(({ name, kind }) => [name, kind]));
  const scored = new Set<string>();
  for (const { models } of publications) {
    for (const [key, value] of models.flatMap(({ scores }) => Object.entries(scores))) {
      const [benchmark = "", metric = ""] = key.split(".");
      scored.add(benchmark);
      expect(metricOf(metric)?.of, key).toContain(kinds.get(benchmark));
      expect(value, key).toBeGreaterThan(0);
      expect(value, key).toBeLessThan(metricOf(metric)?.unit === "percent" ? 1 : 100);
    }
  }
  expect([...scored].sort()).toEqual([...kinds.keys()].sort());
});

test("a task that names its benchmark has published values beside it, each with source and why it is not comparable", () => {
  const { job, runs } = example(cells);
  expect(compareRuns(job, runs)).not.toHaveProperty("references");
  const named = { ...job, tasks: [{ task: "sentiment", metrics: ["accuracy"], benchmark: "sst2" }] };
  const result = compareRuns(named, runs);
  const electra = result.references!.find(({ label }) => label === "ELECTRA")!;
  expect(electra).toMatchObject({ task: "sentiment", metric: "accuracy", source: "Clark et al. 2020" });
  expect(electra.models[0]).toEqual({ name: "ELECTRA-Small", value: 0.912 });
  expect(electra.not_comparable[0]).toBe("14M to 335M parameters, while the cells have 3.3M");
  expect(comparisonTable(result)).toContain(
    "ELECTRA on sentiment.accuracy: ELECTRA-Small 91.2, ELECTRA-Base 95.1, ELECTRA-Large 96.9 (Clark et al. 2020, ",
  );
  // of the same size it still read other data and was scored in another way
  const sized = { ...named, cells: job.cells.map((cell) => ({ ...cell, matched: { ...cell.matched, parameters: 125e6 } })) };
  const babylm = compareRuns(sized, runs).references!.find(({ label }) => label.startsWith("BabyLM"))!;
  expect(babylm.not_comparable.map((reason) => reason.split(" ")[0])).toEqual(["125M", "pre-trained", "scored"]);
  expect(babylm.models[1]).toEqual({ name: "RoBERTa-base", value: 0.87 });
});

test("the chart of a report has them apart, as bars under the cells", () => {
  const { job, runs } = example(cells);
  const result = compareRuns({ ...job, tasks: [{ task: "sentiment", metrics: ["accuracy"], benchmark: "sst2" }] }, runs);
  const empty = { files: [], pretraining: [], finetuning: [], cells: [], tasks: [], curves: [], work: [], versions: [] };
  const { sections, sources } = reportOf({ ...empty, result, fingerprints: [], commands: [], used: [] });
  const figure = sections.flatMap(({ blocks }) => blocks).find(({ kind }) => kind === "figure");
  expect(figure).toMatchObject({ title: "sentiment.accuracy (* published, not comparable)" });
  const svg = figure?.kind === "figure" ? figure.svg : "";
  expect(svg.match(/<rect /g)).toHaveLength(result.references!.length);
  for (const { label } of result.references!) expect(svg).toContain(`${label}*`);
  expect(sources).toContain("Clark et al. 2020");
});
