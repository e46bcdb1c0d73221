import { textMetrics } from "./text-metrics.ts";
import type { Key, Metric } from "./types.ts";

/** Kinds of task with one label for each example. */
const labelled = ["classification", "pair_classification"];

const positive: Key = {
  name: "positive",
  value: { type: "text" },
  help: "The label that counts as positive; left out: the second in order.",
};

export const metrics: readonly Metric[] = [
  {
    name: "accuracy",
    help: "Share of right answers; of tagging, of words with the right tag; of minimal pairs, where ties count half.",
    formula: "\\frac{1}{n} \\sum_i [\\hat{y}_i = y_i]",
    of: [...labelled, "tagging", "multiple_choice", "minimal_pairs"],
    better: "higher",
    unit: "percent",
  },
  ...averaged("precision", "How much of what was answered is right", "\\frac{t_p}{t_p + f_p}"),
  ...averaged("recall", "How much of what is right was answered", "\\frac{t_p}{t_p + f_n}"),
  ...averaged("f1", "F1, the harmonic mean of precision and recall", "\\frac{2 t_p}{2 t_p + f_p + f_n}"),
  {
    name: "matthews",
    help: "Matthews correlation coefficient.",
    formula: "\\frac{t_p t_n - f_p f_n}{\\sqrt{(t_p + f_p)(t_p + f_n)(t_n + f_p)(t_n + f_n)}}",
    source: "Matthews 1975; Gorodkin 2004, equation 8, for several classes",
    of: labelled,
    better: "higher",
    unit: "percent",
  },
  {
    name: "roc_auc",
    help: "Area under the ROC curve: how probable it is that a positive has a higher score than a negative. For two classes.",
    formula: "P(s_+ > s_-) + \\tfrac{1}{2} P(s_+ = s_-)",
    source: "Hanley and McNeil 1982",
    of: labelled,
    better: "higher",
    unit: "percent",
    ofProbabilities: true,
    twoClasses: true,
    keys: [positive],
  },
  {
    name: "average_precision",
    help: "Precision at each threshold, weighted by the recall that it adds. For two classes.",
    formula: "\\sum_n (R_n - R_{n-1}) P_n",
    source: "Manning, Raghavan and Schütze 2008, section 8.4",
    of: labelled,
    better: "higher",
    unit: "percent",
    ofProbabilities: true,
    twoClasses: true,
    keys: [positive],
  },
  {
    name: "brier",
    help: "Brier score: squared distance of the probabilities from the right answer, summed over all labels. From 0 to 2, for two labels too.",
    formula: "\\frac{1}{n} \\sum_i \\sum_c \\left( p_{ic} - [c = y_i] \\right)^2",
    source: "Brier 1950; scikit-learn's brier_score_loss with scale_by_half=False",
    of: labelled,
    better: "lower",
    unit: "number",
    ofProbabilities: true,
  },
  {
    name: "calibration_error",
    help: "Expected calibration error: how far the confidence of answers is from the share of them that is right.",
    formula: "\\sum_m \\frac{|B_m|}{n} \\left| \\mathrm{acc}(B_m) - \\mathrm{conf}(B_m) \\right|",
    source: "Guo et al. 2017, equation 3",
    of: labelled,
    better: "lower",
    unit: "percent",
    ofProbabilities: true,
    keys: [{ name: "bins", value: { type: "count", min: 1, max: 1000 }, default: "15", help: "Equally wide bins of confidence." }],
  },
  {
    name: "confusion_matrix",
    help: "How often each right label (a row) was answered by each label (a column).",
    of: [],
    unit: "number",
  },
  {
    name: "pearson",
    help: "Product-moment correlation.",
    formula: "\\frac{\\sum_i (x_i - \\bar{x})(y_i - \\bar{y})}{\\sqrt{\\sum_i (x_i - \\bar{x})^2} \\sqrt{\\sum_i (y_i - \\bar{y})^2}}",
    source: "Pearson 1895",
    of: ["regression"],
    better: "higher",
    unit: "percent",
  },
  {
    name: "spearman",
    help: "Correlation of the ranks; equal values share a rank.",
    source: "Spearman 1904",
    of: ["regression"],
    better: "higher",
    unit: "percent",
  },
  {
    name: "kendall",
    help: "Kendall's τ-b: pairs in the same order less those in opposite order, corrected for ties.",
    formula: "\\frac{c - d}{\\sqrt{(n_0 - n_1)(n_0 - n_2)}}",
    source: "Kendall 1945",
    of: ["regression"],
    better: "higher",
    unit: "percent",
  },
  {
    name: "mse",
    help: "Mean squared error.",
    formula: "\\frac{1}{n} \\sum_i (\\hat{y}_i - y_i)^2",
    of: ["regression"],
    better: "lower",
    unit: "number",
  },
  {
    name: "mae",
    help: "Mean absolute error.",
    formula: "\\frac{1}{n} \\sum_i |\\hat{y}_i - y_i|",
    of: ["regression"],
    better: "lower",
    unit: "number",
  },
  entity("entity_precision", "How many of the predicted entities are right, borders and type."),
  entity("entity_recall", "How many of the right entities are found, borders and type."),
  entity("entity_f1", "F1 of entities, all types together; a stray I- begins an entity, as in CoNLL's script and seqeval's default."),
  entity("entity_f1_macro", "Mean of each type's F1 of entities."),
  entity(
    "entity_f1_strict",
    "F1 of entities with tags read as IOB2 to the letter: without its B- an entity is none. As seqeval's strict mode.",
  ),
  answer("exact_match", "Share of answers that are right but for case, punctuation, articles and white space."),
  answer("answer_f1", "F1 of an answer's words against the best right answer's, averaged over the questions."),
  ...textMetrics,
  {
    name: "loss",
    help: "Mean negative log-likelihood of the objective's own targets, nats. Never ranked between objectives.",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "perplexity",
    help: "Of the tokenizer's tokens, left to right.",
    formula: "\\exp\\left(-\\frac{1}{N} \\sum_j \\log p(w_j \\mid w_{<j})\\right)",
    source: "Jelinek et al. 1977",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "bits_per_byte",
    help: "Negative log-likelihood in bits for each byte of text: comparable between tokenizers that give the text back.",
    formula: "\\frac{-\\sum_j \\log_2 p(w_j \\mid w_{<j})}{\\text{bytes}}",
    source: "Gao et al. 2020, The Pile, section 3.1",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "pseudo_perplexity",
    help: "Each token masked in its turn and predicted from all others; over a fixed sample of tokens.",
    formula: "\\exp\\left(-\\frac{1}{N} \\sum_j \\log p(w_j \\mid w_{\\setminus j})\\right)",
    source: "Salazar et al. 2020, Masked Language Model Scoring, section 2.3",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
];

/** A ratio of each class, and the three ways of one number from several classes. */
function averaged(name: string, what: string, formula: string): Metric[] {
  const source = "van Rijsbergen 1979, chapter 7";
  const several = "Sokolova and Lapalme 2009, table 3";
  const rest = { of: labelled, better: "higher", unit: "percent" } as const;
  return [
    {
      name,
      help: `${what}: of the positive label, the second in order. For two classes.`,
      formula,
      source,
      ...rest,
      twoClasses: true,
      keys: [positive],
    },
    { name: `${name}_micro`, help: `${what}: of all decisions together.`, source: several, ...rest },
    { name: `${name}_macro`, help: `${what}: the mean of every label's.`, source: several, ...rest },
    { name: `${name}_weighted`, help: `${what}: the mean of every label's, weighted by how often it is right.`, source: several, ...rest },
  ];
}

function entity(name: string, help: string): Metric {
  const source = "Tjong Kim Sang and De Meulder 2003, section 2.5; Nakayama 2018, seqeval";
  return { name, help, source, of: ["tagging"], better: "higher", unit: "percent" };
}

function answer(name: string, help: string): Metric {
  return {
    name,
    help,
    source: "Rajpurkar et al. 2016, SQuAD, section 6.1; Rajpurkar et al. 2018 for questions without answer",
    of: ["span_question_answering", "generation"],
    better: "higher",
    unit: "percent",
    keys: [
      {
        name: "form",
        value: {
          type: "choice",
          of: [
            { name: "1.1", help: "Every question has an answer.", source: "Rajpurkar et al. 2016" },
            { name: "2.0", help: "An empty answer is right where there is none.", source: "Rajpurkar et al. 2018" },
          ],
        },
        default: "2.0",
        help: "Which of SQuAD's scripts; they differ only where nothing is left of an answer when it is normalised.",
      },
    ],
  };
}
