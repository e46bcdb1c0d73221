import { benchmarks } from "../published.ts";
import { answered } from "./answered.ts";
import { metrics } from "./metrics.ts";
import { alignedSplits, splitFiles, splitsOf, tableFormat, wordFormat } from "./task-data.ts";
import type { Choice, Key, Option } from "./types.ts";

const text: Key = { name: "text", value: { type: "text" }, default: "text", help: "Column or field of the text." };
const firstText: Key = { name: "text", value: { type: "text" }, default: "text", help: "Column or field of the first text." };
const label: Key = { name: "label", value: { type: "text" }, default: "label", help: "Column or field of the label." };

/** Every metric of a kind of task; `shown` where nothing is said. */
function metricsOf(kind: string, shown: string): Key {
  const of = metrics
    .filter((metric) => metric.of.includes(kind))
    .map(({ name, help, source }): Choice => ({ name, help, ...(source ? { source } : {}) }));
  return {
    name: "metrics",
    value: { type: "list", of: { type: "choice", of } },
    default: `[${shown}]`,
    help: "What the results show; the first is the main one.",
  };
}

/** Of kinds of task that values were published for. */
function benchmarkOf(kind: string): Key[] {
  const of = benchmarks.filter((each) => each.kind === kind).map(({ name, help }): Choice => ({ name, help }));
  if (of.length === 0) return [];
  return [
    {
      name: "benchmark",
      value: { type: "choice", of },
      help: "Whose data this is: values that were published for it stand beside the results, marked with why they are not comparable. It changes no number.",
      example: `benchmark: ${of[0]!.name}`,
    },
  ];
}

const pool: Key = {
  name: "pool",
  value: {
    type: "choice",
    of: [
      {
        name: "mean",
        help: "Mean over the tokens: the same head for every architecture.",
        source: "Reimers and Gurevych 2019, section 3",
      },
      { name: "first", help: "The first token.", source: "Devlin et al. 2019" },
      { name: "last", help: "The last token.", source: "Radford et al. 2018" },
      {
        name: "pooler",
        help: "The first token through a layer of its own, as Transformers' classifiers read it. With BERT that is its pooler, with tanh: its weights come with the checkpoint, or from pre-training with sentences: next or order. With RoBERTa (tanh), ELECTRA (GELU) and DistilBERT (ReLU) it is new, with an encoder declared by its sizes as in BERT. Not for decoders, whose first token sees no other, unless they were pre-trained with a prefix.",
        source: "Devlin et al. 2019, released code",
      },
    ],
  },
  default: "mean",
  help: "How hidden states become one vector for the head, which reads it with the fine-tuning's dropout.",
};

export const taskOptions: readonly Option[] = [
  {
    name: "classification",
    family: "task",
    help: "One label for a text.",
    formula: "l = -\\log p(y \\mid x; \\theta)",
    source: "Devlin et al. 2019, section 4.1",
    keys: [
      ...splitFiles,
      text,
      label,
      ...tableFormat,
      metricsOf("classification", "accuracy"),
      ...benchmarkOf("classification"),
      pool,
      answered,
    ],
    example:
      'task sentiment = classification {\n  train: "data/train.tsv"\n  validation: "data/dev.tsv"\n  test: "data/test.tsv"\n  text: sentence\n  label: polarity\n  metrics: [accuracy, f1]\n}',
  },
  {
    name: "pair_classification",
    family: "task",
    help: "One label for a pair of texts, read one after the other.",
    formula: "l = -\\log p(y \\mid x_1, x_2; \\theta)",
    source: "Devlin et al. 2019, section 4.1",
    keys: [
      ...splitFiles,
      firstText,
      { name: "second", value: { type: "text" }, default: "second", help: "Column or field of the second text." },
      label,
      ...tableFormat,
      metricsOf("pair_classification", "accuracy"),
      ...benchmarkOf("pair_classification"),
      pool,
      answered,
    ],
    example:
      'task entailment = pair_classification {\n  train: "data/train.tsv"\n  text: premise\n  second: hypothesis\n  label: judgment\n}',
  },
  {
    name: "regression",
    family: "task",
    help: "A number for a text, or for a pair of texts. It is learned in standard deviations from the training examples' mean.",
    formula: "l = (f(x; \\theta) - y)^2",
    source: "Cer et al. 2017, SemEval-2017 task 1; as in Devlin et al. 2019, section 4.1",
    keys: [
      ...splitFiles,
      { ...text, help: "Column or field of the text, or of the first of a pair." },
      { name: "second", value: { type: "text" }, help: "Column or field of the second text; left out: there is one text." },
      { name: "value", value: { type: "text" }, default: "value", help: "Column or field of the number." },
      ...tableFormat,
      metricsOf("regression", "pearson"),
      ...benchmarkOf("regression"),
      pool,
      answered,
    ],
    example: 'task similarity = regression {\n  train: "data/train.tsv"\n  text: sentence1\n  second: sentence2\n  value: score\n}',
  },
  {
    name: "tagging",
    family: "task",
    help: "A tag for every word, such as B-person, I-person and O. A word's tag is told at its first token, in a decoder at its last.",
    formula: "l = -\\frac{1}{n} \\sum_i \\log p(y_i \\mid x; \\theta)",
    source: "Devlin et al. 2019, section 5.3; Ramshaw and Marcus 1995 for the tags",
    keys: [
      ...splitFiles,
      {
        name: "words",
        value: { type: "text" },
        help: "Column of the words, or field of their list. Left out: the first column of a CoNLL file, tokens in JSON Lines.",
      },
      {
        name: "tags",
        value: { type: "text" },
        help: "Column of the tags, or field of their list. Left out: the last column of a CoNLL file, tags in JSON Lines.",
      },
      ...wordFormat,
      metricsOf("tagging", "entity_f1"),
      ...benchmarkOf("tagging"),
      answered,
    ],
    example: 'task names = tagging {\n  train: "data/train.conll"\n  validation: "data/dev.conll"\n  test: "data/test.conll"\n}',
  },
  {
    name: "multiple_choice",
    family: "task",
    help: "The right one of several texts, each read behind the question.",
    formula: "l = -\\log \\frac{e^{s(q, a_y)}}{\\sum_j e^{s(q, a_j)}}",
    source: "Devlin et al. 2019, section 4.4; Zellers et al. 2018, SWAG",
    keys: [
      ...splitFiles,
      { name: "question", value: { type: "text" }, help: "Column or field of the question; left out: the choices speak for themselves." },
      {
        name: "choices",
        value: { type: "list", of: { type: "text" }, atLeast: 1 },
        default: "choices",
        help: "A column or field for each choice, or one field that holds a list.",
        example: "choices: [ending0, ending1, ending2, ending3]",
      },
      {
        name: "answer",
        value: { type: "text" },
        default: "answer",
        help: "Column or field of the right one: its text, its letter (A is the first) or its number.",
      },
      { name: "first_number", value: { type: "count", min: 0, max: 1 }, default: "0", help: "The number of the first choice." },
      ...tableFormat,
      metricsOf("multiple_choice", "accuracy"),
      ...benchmarkOf("multiple_choice"),
      pool,
      answered,
    ],
    example:
      'task endings = multiple_choice {\n  train: "data/train.csv"\n  question: startphrase\n  choices: [ending0, ending1, ending2, ending3]\n  answer: label\n}',
  },
  {
    name: "span_question_answering",
    family: "task",
    help: "The span of a context that answers a question. A context that is too long is read in windows that overlap. Where training questions have no answer, questions may be left without one.",
    formula: "l = -\\tfrac{1}{2} \\left( \\log p_{start}(i \\mid q, c) + \\log p_{end}(j \\mid q, c) \\right)",
    source: "Rajpurkar et al. 2016 and 2018, SQuAD; Devlin et al. 2019, sections 4.2 and 4.3",
    keys: [
      ...splitsOf(
        "Training questions: a JSON file in SQuAD's form, or rows (JSON Lines, Parquet) as the hub has them.",
        'train: "data/train.json"',
      ),
      {
        name: "stride",
        value: { type: "count", min: 1, unit: "tokens" },
        help: "From the beginning of a window to that of the next; left out: half of what a window holds.",
        source: "Devlin et al. 2019, released code: 128 of 384",
      },
      {
        name: "longest_answer",
        value: { type: "count", min: 1, unit: "tokens" },
        default: "30",
        help: "Longer spans are no candidates.",
        source: "Devlin et al. 2019, released code",
      },
      metricsOf("span_question_answering", "answer_f1"),
      ...benchmarkOf("span_question_answering"),
      answered,
    ],
    example: 'task questions = span_question_answering {\n  train: "data/train.json"\n  test: "data/dev.json"\n}',
  },
  textTask("translation", "A text in another language.", "Sutskever et al. 2014; Vaswani et al. 2017", "bleu"),
  textTask("summarisation", "A shorter text that says what matters.", "Rush et al. 2015; Lewis et al. 2020, section 4.3", "rouge1"),
  textTask("generation", "A text for a text.", "Raffel et al. 2020, section 2.4", "exact_match"),
  {
    name: "minimal_pairs",
    family: "task",
    help: "Which of two sentences is acceptable: the one that is more probable to the model, by its log-likelihood in a decoder and its pseudo-log-likelihood in an encoder. Nothing is trained. Ties count half.",
    formula: "[\\log p(x_{good}) > \\log p(x_{bad})]",
    source: "Warstadt et al. 2020, BLiMP, section 4; Salazar et al. 2020, section 2",
    keys: [
      {
        name: "files",
        value: { type: "list", of: { type: "path", glob: true }, atLeast: 1 },
        required: true,
        help: "Tables of pairs, by name or pattern.",
        example: 'files: "blimp/*.jsonl"',
      },
      { name: "good", value: { type: "text" }, default: "sentence_good", help: "Column or field of the acceptable sentence." },
      { name: "bad", value: { type: "text" }, default: "sentence_bad", help: "Column or field of the other one." },
      {
        name: "group",
        value: { type: "text" },
        help: "Column or field of what a pair tests; the accuracy of each is told beside that of all.",
        example: "group: UID",
      },
      ...tableFormat,
      metricsOf("minimal_pairs", "accuracy"),
      ...benchmarkOf("minimal_pairs"),
    ],
    example: 'task grammar = minimal_pairs {\n  files: "blimp/*.jsonl"\n  group: UID\n}',
  },
];

function textTask(name: string, help: string, source: string, metric: string): Option {
  return {
    name,
    family: "task",
    help: `${help} For a decoder, which reads the target behind the source, and an encoder-decoder.`,
    formula: "l = -\\frac{1}{n} \\sum_j \\log p(y_j \\mid x, y_{<j}; \\theta)",
    source,
    keys: [
      ...alignedSplits,
      {
        name: "source",
        value: { type: "text" },
        default: "source",
        help: "Column or field of what is read; of aligned files there is none.",
      },
      { name: "target", value: { type: "text" }, default: "target", help: "Column or field of what is to be written." },
      {
        name: "prefix",
        value: { type: "text" },
        help: "Stands before every source.",
        source: "Raffel et al. 2020, section 2.4",
        example: 'prefix: "summarize: "',
      },
      ...tableFormat,
      {
        name: "beams",
        value: { type: "count", min: 1, max: 64 },
        default: "1",
        help: "Hypotheses that are kept while a text is written; 1 takes the likeliest token always.",
        source: "Wu et al. 2016, section 7",
      },
      {
        name: "longest",
        value: { type: "count", min: 1, unit: "tokens" },
        default: "128",
        help: "A written text ends here at the latest.",
      },
      metricsOf(name, metric),
      ...benchmarkOf(name),
    ],
    example: `task ${name === "translation" ? "to_german" : name === "summarisation" ? "summaries" : "answers"} = ${name} {\n  train: { source: "data/train.en", target: "data/train.de" }\n  test: { source: "data/test.en", target: "data/test.de" }\n}`,
  };
}
