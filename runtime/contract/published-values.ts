import type { TaskKind } from "./spec.ts";

/** Published scores, shown next to the results of a comparison. Every value is in the cited place. */

export interface Benchmark {
  name: string;
  kind: TaskKind;
  help: string;
}

/** The benchmarks that a task can name with its key `benchmark`. */
export const benchmarks: readonly Benchmark[] = [
  { name: "cola", kind: "classification", help: "CoLA of GLUE: whether a sentence is acceptable." },
  { name: "sst2", kind: "classification", help: "SST-2 of GLUE: the sentiment of a sentence." },
  { name: "mrpc", kind: "pair_classification", help: "MRPC of GLUE: whether two sentences are paraphrases." },
  { name: "qqp", kind: "pair_classification", help: "QQP of GLUE: whether two questions have the same meaning." },
  { name: "mnli", kind: "pair_classification", help: "MNLI of GLUE, matched: whether a premise entails a hypothesis." },
  { name: "qnli", kind: "pair_classification", help: "QNLI of GLUE: whether a sentence answers a question." },
  { name: "rte", kind: "pair_classification", help: "RTE of GLUE: whether a text entails another." },
  { name: "stsb", kind: "regression", help: "STS-B of GLUE: how similar two sentences are." },
  { name: "squad", kind: "span_question_answering", help: "SQuAD 1.1: a span of a paragraph that answers a question." },
  { name: "cnn_dailymail", kind: "summarisation", help: "CNN/Daily Mail: summaries of news." },
  { name: "newstest2013", kind: "translation", help: "WMT English to German, newstest2013." },
];

/** Models of one publication that were scored in the same way. */
export interface Publication {
  /** Short label for charts. */
  label: string;
  source: string;
  /** Place in the source. */
  place: string;
  /** How the models were scored. */
  protocol: string;
  /** The pre-training data. */
  data: string;
  models: readonly PublishedModel[];
}

export interface PublishedModel {
  name: string;
  parameters: number;
  /** Scores by `benchmark.metric`; percentages are shares from 0 to 1. */
  scores: Readonly<Record<string, number>>;
}

export const publications: readonly Publication[] = [
  {
    label: "BabyLM, 10M words",
    source: "Warstadt et al. 2023",
    place: "github.com/babylm/evaluation-pipeline, README, baselines of the strict-small track",
    protocol: "one fine-tuning on the challenge's own version of the GLUE data sets",
    data: "10 million words of the challenge's corpus",
    models: [
      glue("OPT-125M", 125e6, [15.2, 81.9, 57.6, 61.5, 60.0]),
      glue("RoBERTa-base", 125e6, [25.8, 87.0, 73.2, 77.0, 61.6]),
      glue("T5-base", 220e6, [11.3, 78.1, 48.0, 62.0, 49.4]),
    ],
  },
  {
    label: "BabyLM, 100M words",
    source: "Warstadt et al. 2023",
    place: "github.com/babylm/evaluation-pipeline, README, baselines of the strict track",
    protocol: "one fine-tuning on the challenge's own version of the GLUE data sets",
    data: "100 million words of the challenge's corpus",
    models: [
      glue("OPT-125M", 125e6, [36.2, 86.6, 70.1, 80.1, 67.7]),
      glue("RoBERTa-base", 125e6, [45.3, 88.6, 68.7, 82.3, 51.5]),
      glue("T5-base", 220e6, [37.5, 88.0, 71.5, 83.1, 60.6]),
    ],
  },
  {
    label: "GPT and BERT",
    source: "Devlin et al. 2019",
    place: "table 1",
    protocol: "the benchmark's hidden test set",
    data: "books, BERT with Wikipedia: 3.3 billion words",
    models: [
      glue("GPT", 117e6, [45.4, 91.3, 82.1, 87.4, 56.0]),
      glue("BERT-base", 110e6, [52.1, 93.5, 84.6, 90.5, 66.4]),
      glue("BERT-large", 340e6, [60.5, 94.9, 86.7, 92.7, 70.1]),
    ],
  },
  {
    label: "ELECTRA",
    source: "Clark et al. 2020",
    place: "github.com/google-research/electra, README, expected results",
    protocol: "median of many fine-tunings, on the validation set",
    data: "3.3 billion tokens and more",
    models: [
      electra("ELECTRA-Small", 14e6, [57.0, 91.2, 88.0, 87.5, 89.0, 81.3, 88.4, 66.7, 75.8]),
      electra("ELECTRA-Base", 110e6, [67.7, 95.1, 89.5, 91.2, 91.5, 88.8, 93.2, 82.7, 86.8]),
      electra("ELECTRA-Large", 335e6, [69.1, 96.9, 90.8, 92.6, 92.4, 90.9, 95.0, 88.0, 89.7]),
    ],
  },
  {
    label: "T5's objectives",
    source: "Raffel et al. 2020",
    place: "tables 4 and 5",
    protocol: "best checkpoint on the validation set, text-to-text",
    data: "34 billion tokens of C4",
    models: [
      t5("prefix language modelling", [18.94, 77.99, 26.86]),
      t5("BERT-style", [19.17, 80.65, 26.78]),
      t5("deshuffling", [18.59, 67.61, 26.11]),
      t5("MASS-style", [19.16, 80.1, 26.79]),
      t5("replaced spans", [19.24, 80.88, 26.98]),
      t5("dropped tokens", [19.31, 80.52, 27.07]),
    ],
  },
];

function glue(name: string, parameters: number, percentages: readonly number[]): PublishedModel {
  const keys = ["cola.matthews", "sst2.accuracy", "mnli.accuracy", "qnli.accuracy", "rte.accuracy"];
  return model(name, parameters, keys, percentages);
}

function electra(name: string, parameters: number, percentages: readonly number[]): PublishedModel {
  const keys = [
    "cola.matthews",
    "sst2.accuracy",
    "mrpc.accuracy",
    "stsb.spearman",
    "qqp.accuracy",
    "mnli.accuracy",
    "qnli.accuracy",
    "rte.accuracy",
    "squad.exact_match",
  ];
  return model(name, parameters, keys, percentages);
}

function t5(name: string, [rouge, match, bleu]: readonly [number, number, number]): PublishedModel {
  const percentages = model(name, 220e6, ["cnn_dailymail.rouge2", "squad.exact_match"], [rouge, match]);
  return { ...percentages, scores: { ...percentages.scores, "newstest2013.bleu": bleu } };
}

function model(name: string, parameters: number, keys: readonly string[], percentages: readonly number[]): PublishedModel {
  return { name, parameters, scores: Object.fromEntries(keys.map((key, index) => [key, percentages[index]! / 100])) };
}
