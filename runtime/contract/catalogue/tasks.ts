import { benchmarks } from "../published-values.ts";
import { answerForm } from "./answer-forms.ts";
import { metrics } from "./metrics.ts";
import { alignedSplits, splitFiles, splitsOf, tableFormat, wordFormat } from "./task-data.ts";
import type { Choice, NamedKey, Option } from "./types.ts";

const text = { name: "text", value: { type: "text" }, default: "text", help: "Column or field of the text." } as const;
const firstText = { ...text, help: "Column or field of the first text." } as const;
const label = { name: "label", value: { type: "text" }, default: "label", help: "Column or field of the label." } as const;

/** The key `metrics`: every metric of a kind of task, with `shown` as the default. */
function metricsOf(kind: string, shown: string): NamedKey<"metrics"> {
  const of = metrics
    .filter((metric) => metric.of.includes(kind))
    .map(({ name, help, source }): Choice => ({ name, help, ...(source ? { source } : {}) }));
  return {
    name: "metrics",
    value: { type: "list", of: { type: "choice", of } },
    default: `[${shown}]`,
    help: "The metrics that the results show; the first is the main one.",
  };
}

/** The key `benchmark`, for kinds of task for which published values are known; otherwise no key. */
function benchmarkOf(kind: string): NamedKey<"benchmark">[] {
  const of = benchmarks.filter((each) => each.kind === kind).map(({ name, help }): Choice => ({ name, help }));
  if (of.length === 0) return [];
  return [
    {
      name: "benchmark",
      value: { type: "choice", of },
      help: "The published benchmark that the data belong to. Published values appear next to the results, with a note on why they are not comparable. This changes no result.",
      example: `benchmark: ${of[0]!.name}`,
    },
  ];
}

const pool = {
  name: "pool",
  value: {
    type: "choice",
    of: [
      {
        name: "mean",
        help: "Mean over the tokens; the head is the same for every architecture.",
        source: "Reimers and Gurevych 2019, section 3",
      },
      { name: "first", help: "The first token.", source: "Devlin et al. 2019" },
      { name: "last", help: "The last token.", source: "Radford et al. 2018" },
      {
        name: "pooler",
        help: "The first token, passed through an extra layer, as in Transformers' classifiers. In BERT this is the pooler (tanh), whose weights come from the checkpoint or from pre-training with sentences: next or order. In RoBERTa (tanh), ELECTRA (GELU) and DistilBERT (ReLU) the layer is new; in an encoder declared by its sizes it is as in BERT. Not for decoders, whose first token attends to no other, unless their objective teaches them to read in both directions, as prefix and masked do.",
        source: "Devlin et al. 2019, released code",
      },
    ],
  },
  default: "mean",
  help: "How the hidden states become one vector, which the head reads after dropout at the fine-tuning's rate.",
} as const;

/** The kinds of task, in the order in which they are documented. `TaskSpec` derives the type of each in the specification. */
export const taskOptions = [
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
      answerForm,
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
      answerForm,
    ],
    example:
      'task entailment = pair_classification {\n  train: "data/train.tsv"\n  text: premise\n  second: hypothesis\n  label: judgment\n}',
  },
  {
    name: "regression",
    family: "task",
    help: "A number for a text or a pair of texts. Targets are standardised with the mean and standard deviation of the training examples.",
    formula: "l = (f(x; \\theta) - y)^2",
    source: "Cer et al. 2017, SemEval-2017 task 1; as in Devlin et al. 2019, section 4.1",
    keys: [
      ...splitFiles,
      { ...text, help: "Column or field of the text, or of the first of a pair." },
      { name: "second", value: { type: "text" }, help: "Column or field of the second text. If omitted, there is only one text." },
      { name: "value", value: { type: "text" }, default: "value", help: "Column or field of the number." },
      ...tableFormat,
      metricsOf("regression", "pearson"),
      ...benchmarkOf("regression"),
      pool,
      answerForm,
    ],
    example: 'task similarity = regression {\n  train: "data/train.tsv"\n  text: sentence1\n  second: sentence2\n  value: score\n}',
  },
  {
    name: "tagging",
    family: "task",
    help: "A tag for every word, such as B-person, I-person and O. A word's tag is predicted at its first token, in a decoder at its last.",
    formula: "l = -\\frac{1}{n} \\sum_i \\log p(y_i \\mid x; \\theta)",
    source: "Devlin et al. 2019, section 5.3; Ramshaw and Marcus 1995 for the tags",
    keys: [
      ...splitFiles,
      {
        name: "words",
        value: { type: "text" },
        help: "Column of the words, or field with the list of words. If omitted: the first column of a CoNLL file, the field tokens in JSON Lines.",
      },
      {
        name: "tags",
        value: { type: "text" },
        help: "Column of the tags, or field with the list of tags. If omitted: the last column of a CoNLL file, the field tags in JSON Lines.",
      },
      ...wordFormat,
      metricsOf("tagging", "entity_f1"),
      ...benchmarkOf("tagging"),
      answerForm,
    ],
    example: 'task names = tagging {\n  train: "data/train.conll"\n  validation: "data/dev.conll"\n  test: "data/test.conll"\n}',
  },
  {
    name: "multiple_choice",
    family: "task",
    help: "The correct one of several texts, each read after the question.",
    formula: "l = -\\log \\frac{e^{s(q, a_y)}}{\\sum_j e^{s(q, a_j)}}",
    source: "Devlin et al. 2019, section 4.4; Zellers et al. 2018, SWAG",
    keys: [
      ...splitFiles,
      {
        name: "question",
        value: { type: "text" },
        help: "Column or field of the question. If omitted, the choices are read without a question.",
      },
      {
        name: "choices",
        value: { type: "list", of: { type: "text" }, atLeast: 1 },
        default: "choices",
        help: "A column or field for each choice, or one field with the list of choices.",
        example: "choices: [ending0, ending1, ending2, ending3]",
      },
      {
        name: "answer",
        value: { type: "text" },
        default: "answer",
        help: "Column or field of the correct choice: its text, its letter (A is the first) or its number.",
      },
      { name: "first_number", value: { type: "count", min: 0, max: 1 }, default: "0", help: "The number of the first choice." },
      ...tableFormat,
      metricsOf("multiple_choice", "accuracy"),
      ...benchmarkOf("multiple_choice"),
      pool,
      answerForm,
    ],
    example:
      'task endings = multiple_choice {\n  train: "data/train.csv"\n  question: startphrase\n  choices: [ending0, ending1, ending2, ending3]\n  answer: label\n}',
  },
  {
    name: "span_question_answering",
    family: "task",
    help: "The span of a context that answers a question. A context that is too long is read in overlapping windows. If some training questions have no answer, the model may leave questions unanswered.",
    formula: "l = -\\tfrac{1}{2} \\left( \\log p_{start}(i \\mid q, c) + \\log p_{end}(j \\mid q, c) \\right)",
    source: "Rajpurkar et al. 2016 and 2018, SQuAD; Devlin et al. 2019, sections 4.2 and 4.3",
    keys: [
      ...splitsOf(
        "Training questions: a JSON file in SQuAD's format, or rows (JSON Lines, Parquet) as on the hub.",
        'train: "data/train.json"',
      ),
      {
        name: "stride",
        value: { type: "count", min: 1, unit: "tokens" },
        help: "Distance between the starts of successive windows. If omitted: half of the context tokens that a window holds.",
        source: "Devlin et al. 2019, released code: 128 of 384",
      },
      {
        name: "longest_answer",
        value: { type: "count", min: 1, unit: "tokens" },
        default: "30",
        help: "Maximum length of an answer. Longer spans are never predicted.",
        source: "Devlin et al. 2019, released code",
      },
      metricsOf("span_question_answering", "answer_f1"),
      ...benchmarkOf("span_question_answering"),
      answerForm,
    ],
    example: 'task questions = span_question_answering {\n  train: "data/train.json"\n  test: "data/dev.json"\n}',
  },
  textTask("translation", "A text in another language.", "Sutskever et al. 2014; Vaswani et al. 2017", "bleu"),
  textTask("summarisation", "A summary of a text.", "Rush et al. 2015; Lewis et al. 2020, section 4.3", "rouge1"),
  textTask("generation", "A text generated from a text.", "Raffel et al. 2020, section 2.4", "exact_match"),
  {
    name: "minimal_pairs",
    family: "task",
    help: "Which of two sentences is acceptable. The model's choice is the sentence with the higher log-likelihood in a decoder, or pseudo-log-likelihood in an encoder. Nothing is trained. Ties count half.",
    formula: "[\\log p(x_{good}) > \\log p(x_{bad})]",
    source: "Warstadt et al. 2020, BLiMP, section 4; Salazar et al. 2020, section 2",
    keys: [
      {
        name: "files",
        value: { type: "list", of: { type: "path", glob: true }, atLeast: 1 },
        required: true,
        help: "Tables of sentence pairs, by name or pattern.",
        example: 'files: "blimp/*.jsonl"',
      },
      { name: "good", value: { type: "text" }, default: "sentence_good", help: "Column or field of the acceptable sentence." },
      { name: "bad", value: { type: "text" }, default: "sentence_bad", help: "Column or field of the unacceptable sentence." },
      {
        name: "group",
        value: { type: "text" },
        help: "Column or field of the phenomenon that a pair tests. The accuracy of each group is reported next to the overall accuracy.",
        example: "group: UID",
      },
      ...tableFormat,
      metricsOf("minimal_pairs", "accuracy"),
      ...benchmarkOf("minimal_pairs"),
    ],
    example: 'task grammar = minimal_pairs {\n  files: "blimp/*.jsonl"\n  group: UID\n}',
  },
] as const satisfies readonly Option[];

function textTask<K extends string>(name: K, help: string, source: string, metric: string) {
  return {
    name,
    family: "task",
    help: `${help} For encoder-decoders, and for decoders, which read the source and then write the target.`,
    formula: "l = -\\frac{1}{n} \\sum_j \\log p(y_j \\mid x, y_{<j}; \\theta)",
    source,
    keys: [
      ...alignedSplits,
      {
        name: "source",
        value: { type: "text" },
        default: "source",
        help: "Column or field of the input text. Not used for aligned files.",
      },
      { name: "target", value: { type: "text" }, default: "target", help: "Column or field of the text to be written." },
      {
        name: "prefix",
        value: { type: "text" },
        help: "Text before every source.",
        source: "Raffel et al. 2020, section 2.4",
        example: 'prefix: "summarize: "',
      },
      ...tableFormat,
      {
        name: "beams",
        value: { type: "count", min: 1, max: 64 },
        default: "1",
        help: "Beam size: the number of hypotheses kept while a text is written. 1 means greedy decoding.",
        source: "Wu et al. 2016, section 7",
      },
      {
        name: "longest",
        value: { type: "count", min: 1, unit: "tokens" },
        default: "128",
        help: "Maximum length of a written text.",
      },
      metricsOf(name, metric),
      ...benchmarkOf(name),
    ],
    example: `task ${name === "translation" ? "to_german" : name === "summarisation" ? "summaries" : "answers"} = ${name} {\n  train: { source: "data/train.en", target: "data/train.de" }\n  test: { source: "data/test.en", target: "data/test.de" }\n}`,
  } as const satisfies Option;
}
