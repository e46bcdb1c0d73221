import { answersOf, lettersFor } from "#runtime/contract/answer.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { crossings } from "#runtime/contract/crossings.ts";
import { describeContamination, describeDifference, describeExpectation, describePublished } from "#runtime/contract/describe-results.ts";
import { withDirection } from "#runtime/contract/direction.ts";
import { titled } from "#runtime/contract/doc-text.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { formatEstimate, formatFlops, formatScore, formatSeconds, formatShare } from "#runtime/contract/numbers.ts";
import { pairMatrix } from "#runtime/contract/pair-matrix.ts";
import { matchedAmounts } from "../matched-amounts.ts";
import type { Block, ReportDocument, Section } from "./document.ts";
import { type Curve, curveChart, dotChartSvg, frontierChartSvg, lossOverSteps } from "./svg-charts.ts";

/** The data of a report; the caller gathers it from files. */
export interface ReportInput {
  result: ComparisonResult;
  /** Name and text of the `.pretrain` file and of its imports. */
  files: { name: string; text: string }[];
  /** Settings of the cells' pre-trainings, including defaults: for each field, the value of each cell. */
  pretraining: { field: string; values: string[] }[];
  /** Settings of the fine-tunings: for each field, the value of each task. */
  finetuning: { field: string; values: string[] }[];
  cells: string[];
  tasks: string[];
  curves: Curve[];
  /** For each kind of job: the number of jobs, the number that are done, and the seconds of work. */
  work: { kind: string; jobs: number; done: number; seconds: number }[];
  /** Recorded program, engine, device and so on. */
  versions: { name: string; value: string }[];
  /** Inputs and outputs, with their SHA-256. */
  fingerprints: { name: string; sha256: string }[];
  /** Commands that reproduce the comparison. */
  commands: string[];
  /** Names of the catalogue entries that are used. */
  used: readonly string[];
}

export function reportOf(input: ReportInput): ReportDocument {
  const { result } = input;
  const { title, paragraphs } = titled(result.question ?? result.comparison);
  return {
    title,
    sections: [
      answer(result, paragraphs),
      results(input),
      { title: "To know", blocks: listed([...result.warnings, ...(result.notes ?? []).map(({ text }) => text)]) },
      pairs(result),
      matchedSection(result),
      methods(input),
      { title: "Contamination", blocks: contamination(result) },
      cost(input),
      again(input),
    ].filter(({ blocks }) => blocks.length > 0),
    sources: sourcesOf(input),
  };
}

/** @param told paragraphs of the comparison's comment after its title */
function answer(result: ComparisonResult, told: readonly string[]): Section {
  return {
    title: "Answer",
    blocks: [
      ...answersOf(result).map(({ sentence }): Block => ({ kind: "paragraph", text: sentence })),
      ...told.map((text): Block => ({ kind: "paragraph", text })),
      ...listed(result.expectations.map((each) => `Expected ${describeExpectation(each)}.`)),
    ],
  };
}

/** Every pair in words. */
function pairs({ verdicts }: ComparisonResult): Section {
  return { title: "Pairs", blocks: listed(verdicts.map((verdict) => `${describeDifference(verdict)}.`)) };
}

function results({ result, curves }: ReportInput): Section {
  const scores = [...new Map(result.summary.map((row) => [`${row.task}.${row.metric}`, row])).entries()];
  const blocks = scores.flatMap(([name, { task, metric }]): Block[] => {
    const title = withDirection(name, metric);
    const rows = result.summary.filter((row) => row.task === task && row.metric === metric);
    const withContamination = rows.some(({ without_contaminated }) => without_contaminated !== null);
    const alt = rows.map(({ cell, mean, standard_error, n }) => `${cell} ${formatEstimate(metric, mean, standard_error, n)}`).join("; ");
    const letters = lettersFor(result, task, metric);
    const matrix = pairMatrix(result, task, metric);
    const frontier = frontierChartSvg(result, task, metric);
    const published = (result.references ?? []).filter((each) => each.task === task && each.metric === metric);
    const lacking = [...new Set(result.missing.filter((each) => each.task === task && each.metric === metric).map(({ cell }) => cell))];
    // the reasons are in the section "To know"
    const none = lacking.filter((cell) => !rows.some((row) => row.cell === cell));
    return [
      {
        kind: "figure",
        title: published.length > 0 ? `${title} (* published, not comparable)` : title,
        svg: dotChartSvg(result, task, metric),
        alt,
      },
      {
        kind: "table",
        caption: `${title}: mean ± standard error over n pre-training seeds, with 95% intervals. No difference was found between systems of the same group.`,
        head: ["", "mean", "95% interval", "n", ...(withContamination ? ["without contaminated examples"] : []), "group"],
        rows: [
          ...rows.map(({ cell, mean, standard_error, n, low, high, without_contaminated }) => [
            cell,
            formatEstimate(metric, mean, standard_error, n),
            low === null || high === null ? "–" : `${formatScore(metric, low)} to ${formatScore(metric, high)}`,
            `${n}`,
            ...(withContamination ? [without_contaminated === null ? "–" : formatScore(metric, without_contaminated)] : []),
            letters.get(cell) ?? "–",
          ]),
          ...none.map((cell) => [cell, "–", "–", "0", ...(withContamination ? ["–"] : []), ""]),
        ],
      },
      ...(matrix ? [{ kind: "matrix" as const, caption: `${title}: differences, row − column.`, matrix }] : []),
      ...(frontier
        ? [
            {
              kind: "figure" as const,
              title: `${title} against FLOPs`,
              svg: frontier,
              alt: "Score of each cell by the FLOPs of its pre-training.",
            },
          ]
        : []),
      ...listed(crossings(result, task, metric)),
      ...listed(describePublished({ references: published })),
    ];
  });
  blocks.push(...learningCurves(result));
  const drawn = curveChart(curves, lossOverSteps);
  if (drawn)
    blocks.push({
      kind: "figure",
      title: "Validation loss while pre-training",
      svg: drawn,
      alt: "Mean over seeds, in a band from the minimum to the maximum. Losses of different objectives are not comparable.",
    });
  return { title: "Results", blocks };
}

/** Scores of fine-tunings from intermediate weights: a chart and a table for each score. */
function learningCurves({ curves = [] }: ComparisonResult): Block[] {
  return [...groupBy(curves, ({ task, metric }) => `${task}.${metric}`)].flatMap(([name, of]): Block[] => {
    const { metric } = of[0]!;
    const shares = [...new Set(of.flatMap(({ points }) => points.map(({ share }) => share)))].sort((a, b) => a - b);
    const lines = of.map(({ cell, points }) => ({
      cell,
      points: points.map(({ share, mean, values }) => ({ at: share, mean, low: Math.min(...values), high: Math.max(...values) })),
    }));
    const drawn = curveChart(lines, {
      across: "share of the pre-training's steps",
      showAcross: formatShare,
      showUp: (value) => formatScore(metric, value),
    });
    const title = `${withDirection(name, metric)} along the pre-training`;
    return [
      ...(drawn
        ? [{ kind: "figure" as const, title, svg: drawn, alt: "Mean over seeds, in a band from the minimum to the maximum." }]
        : []),
      {
        kind: "table",
        caption: `${name} after fine-tuning the weights from a share of the pre-training's steps: mean ± standard error. Only the end is judged.`,
        head: ["", ...shares.map(formatShare)],
        rows: of.map(({ cell, points }) => [
          cell,
          ...shares.map((share) => {
            const point = points.find((each) => each.share === share);
            return point ? formatEstimate(metric, point.mean, point.standard_error, point.n) : "–";
          }),
        ]),
      },
    ];
  });
}

function matchedSection({ matched }: ComparisonResult): Section {
  const { match, cells } = matched;
  return {
    title: cells.length > 1 ? "What was matched" : "What was trained",
    blocks: [
      ...(cells.length > 1
        ? [{ kind: "paragraph" as const, text: `The cells are matched in ${match}. The table shows how else they differ.` }]
        : []),
      { kind: "table", caption: "Amounts of one pre-training of each cell.", ...matchedAmounts(matched, "of these embeddings") },
    ],
  };
}

function methods({ result, pretraining, finetuning, cells, tasks }: ReportInput): Section {
  const [same, different] = [pretraining.filter(isSame), pretraining.filter((row) => !isSame(row))];
  // a field without any value is not a setting
  const told = (rows: typeof same) =>
    rows
      .filter(({ values }) => values[0] !== "–")
      .map(({ field, values }) => `${field} ${values[0]}`)
      .join("; ");
  const table = (caption: string, head: string[], rows: typeof same): Block[] =>
    rows.length === 0 ? [] : [{ kind: "table", caption, head: ["", ...head], rows: rows.map(({ field, values }) => [field, ...values]) }];
  return {
    title: "Methods",
    blocks: [
      { kind: "paragraph", text: `Every pre-training: ${told(same)}.` },
      ...table("Settings in which the cells differ.", cells, different),
      ...(finetuning.length === 0 ? [] : [{ kind: "paragraph" as const, text: `Every fine-tuning: ${told(finetuning.filter(isSame))}.` }]),
      ...table(
        "Settings in which the tasks differ.",
        tasks,
        finetuning.filter((row) => !isSame(row)),
      ),
      { kind: "paragraph", text: result.method },
      ...(result.test_first_read === null
        ? []
        : [
            {
              kind: "paragraph" as const,
              text: `A test split was first read at ${result.test_first_read}, after its run's epoch had been chosen on validation.`,
            },
          ]),
    ],
  };
}

function isSame({ values }: { values: readonly string[] }): boolean {
  return new Set(values).size === 1;
}

function contamination(result: ComparisonResult): Block[] {
  const { contamination: checks } = result;
  if (checks.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Contamination: test examples that share 13 consecutive words (8 for short ones) with the training text.",
      head: ["", "corpus", "examples", "looked for", "found"],
      rows: checks.map(({ task, corpus, items, checked, contaminated }) => [
        task,
        corpus,
        `${items}`,
        `${checked}`,
        `${contaminated.length}`,
      ]),
    },
    ...listed(describeContamination(result)),
  ];
}

function cost({ result, work }: ReportInput): Section {
  const flops = result.matched.cells.reduce((sum, cell) => sum + (cell.search_flops ?? 0), 0);
  return {
    title: "Cost",
    blocks: [
      {
        kind: "table",
        caption: "Jobs and the time they took.",
        head: ["", "jobs", "done", "time"],
        rows: work.map(({ kind, jobs, done, seconds }) => [kind, `${jobs}`, `${done}`, seconds === 0 ? "–" : formatSeconds(seconds)]),
      },
      ...(flops > 0
        ? [
            {
              kind: "paragraph" as const,
              text: `The search for learning rates took ${formatFlops(flops)} FLOPs in addition to the cells' own.`,
            },
          ]
        : []),
    ],
  };
}

function again({ commands, versions, fingerprints, files }: ReportInput): Section {
  return {
    title: "How to reproduce this",
    blocks: [
      { kind: "code", text: commands.join("\n") },
      { kind: "table", caption: "Versions.", head: ["", "as recorded"], rows: versions.map(({ name, value }) => [name, value]) },
      {
        kind: "table",
        caption: "Fingerprints, SHA-256.",
        head: ["", "first digits"],
        rows: fingerprints.map(({ name, sha256 }) => [name, sha256.slice(0, 16)]),
      },
      ...files.flatMap(({ name, text }): Block[] => [
        { kind: "paragraph", text: `${name}:` },
        { kind: "code", text },
      ]),
    ],
  };
}

/** The sources of the method and of the catalogue entries that are used. */
function sourcesOf({ result, used }: ReportInput): string[] {
  const metrics = new Set(result.summary.map(({ metric }) => metric));
  const options = catalogue.options.filter(({ name }) => used.includes(name));
  return [
    ...options.flatMap(({ source, architectures }) => [...(source ? [source] : []), ...(architectures ? ["Vaswani et al. 2017"] : [])]),
    ...catalogue.metrics.filter(({ name }) => metrics.has(name)).flatMap(({ source }) => source ?? []),
    "Dmitrienko, Offen and Westfall 2003",
    "Welch 1947",
    "Piepho 2004",
    "Efron 1979",
    "Cochran and Cox 1950",
    ...(result.contamination.length > 0 ? ["Brown et al. 2020"] : []),
    ...(result.references ?? []).map(({ source }) => source),
  ];
}

function listed(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ kind: "list", items: [...items] }];
}
