import { it } from "vitest";
import { adamw, compare, filesIn, task, texts } from "../fixtures.ts";
import { expectRefused, labelled, type Refused, rates } from "./helpers.ts";

const errors: Refused[] = [
  {
    what: "an expectation of a cell that is not there",
    change: { comparisons: { which: expecting({ left: "1e3" }) } },
    code: "unknown-cell",
    path: ["comparisons", "which", "expect", 0],
    says: ["no 1e3", "0.001, 0.0001, scratch and majority"],
  },
  {
    what: "an expectation of a baseline that is not there",
    change: { comparisons: { which: { ...expecting({ right: "scratch" }), baselines: [] } } },
    code: "unknown-cell",
    path: ["comparisons", "which", "expect", 0],
    says: ["baselines: [scratch]"],
  },
  {
    what: "an expectation of a constant baseline",
    change: { comparisons: { which: expecting({ right: "majority" }) } },
    code: "expects-constant",
    path: ["comparisons", "which", "expect", 0],
    says: ["majority is shown and never tested", "Compare with scratch"],
  },
  {
    what: "an expectation on an unknown task",
    change: { comparisons: { which: expecting({ task: "sentimant" }) } },
    code: "unknown-task",
    path: ["comparisons", "which", "expect", 0],
    says: ["sentimant", "sentiment"],
    fixes: ["0.001 > 0.0001 on sentiment.accuracy"],
  },
  {
    what: "an expectation on an unknown metric",
    change: { comparisons: { which: expecting({ metric: "acuracy" }) } },
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["acuracy", "Use accuracy, precision, "],
    fixes: ["0.001 > 0.0001 on sentiment.accuracy"],
  },
  {
    what: "an expectation on a metric of something else",
    change: { comparisons: { which: expecting({ metric: "perplexity" }) } },
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["perplexity is not a score of sentiment"],
  },
  {
    what: "an expectation on f1 over three labels",
    change: {
      comparisons: { which: expecting({ metric: "f1" }) },
      tasks: { sentiment: task({ train: "/data/three.tsv", validation: 0.2, test: 0.2, metrics: ["accuracy"] }) },
    },
    files: filesIn({ ...texts, "/data/three.tsv": labelled((index) => "abc"[index % 3]!) }),
    code: "unknown-metric",
    path: ["comparisons", "which", "expect", 0],
    says: ["f1 is not a score of sentiment", "f1_macro"],
  },
  {
    what: "an expectation of one cell of a grid",
    change: {
      comparisons: {
        which: {
          ...expecting({}),
          vary: [...rates(1e-3, 1e-4), { key: "batch", values: [8, 16].map((value) => ({ label: `${value}`, value })) }],
        },
      },
    },
    code: "expectation-of-grid",
    path: ["comparisons", "which", "expect", 0],
    says: ["0.001, 8"],
  },
  {
    what: "a cell against itself",
    change: { comparisons: { which: expecting({ right: "0.001" }) } },
    code: "expects-itself",
    path: ["comparisons", "which", "expect", 0],
    says: ["itself"],
  },
];

it.each(errors)("refuses $what", expectRefused);

function expecting(change: Partial<ReturnType<typeof compare>["expect"][number]>) {
  const expectation = { left: "0.001", operator: ">" as const, right: "0.0001", task: "sentiment", metric: "accuracy", ...change };
  return compare({ vary: rates(adamw.learningRate, 1e-4), expect: [expectation] });
}
