import { textMetrics } from "./text-metrics.ts";
import type { Key, Metric } from "./types.ts";

/** Kinds of task with one label per example. */
const labelled = ["classification", "pair_classification"];

const positive: Key = {
  name: "positive",
  value: { type: "text" },
  help: "The positive label. If omitted: the second in sorted order.",
};

export const metrics: readonly Metric[] = [
  {
    name: "accuracy",
    help: "Share of correct answers; in tagging, of words with the correct tag; in minimal pairs, ties count half.",
    formula: "\\frac{1}{n} \\sum_i [\\hat{y}_i = y_i]",
    of: [...labelled, "tagging", "multiple_choice", "minimal_pairs"],
    better: "higher",
    unit: "percent",
  },
  ...averaged("precision", "Precision, the share of predictions of a label that are correct", "\\frac{t_p}{t_p + f_p}"),
  ...averaged("recall", "Recall, the share of examples with a label that are predicted as such", "\\frac{t_p}{t_p + f_n}"),
  ...averaged("f1", "F1, the harmonic mean of precision and recall", "\\frac{2 t_p}{2 t_p + f_p + f_n}"),
  {
    name: "matthews",
    help: "Matthews correlation coefficient.",
    formula: "\\frac{t_p t_n - f_p f_n}{\\sqrt{(t_p + f_p)(t_p + f_n)(t_n + f_p)(t_n + f_n)}}",
    source: "Matthews 1975; Gorodkin 2004, equation 8, for several classes",
    of: labelled,
    better: "higher",
    unit: "percent",
    range: [-1, 1],
  },
  {
    name: "roc_auc",
    help: "Area under the ROC curve: the probability that a positive example has a higher score than a negative one. For two classes.",
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
    help: "Mean of the precision at each threshold, weighted by the increase in recall. For two classes.",
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
    help: "Brier score: squared distance between the probabilities and the correct answer, summed over all labels. From 0 to 2, for two labels too.",
    formula: "\\frac{1}{n} \\sum_i \\sum_c \\left( p_{ic} - [c = y_i] \\right)^2",
    source: "Brier 1950; scikit-learn's brier_score_loss with scale_by_half=False",
    of: labelled,
    better: "lower",
    unit: "number",
    ofProbabilities: true,
  },
  {
    name: "calibration_error",
    help: "Expected calibration error: the mean difference between the confidence of answers and the share of them that is correct.",
    formula: "\\sum_m \\frac{|B_m|}{n} \\left| \\mathrm{acc}(B_m) - \\mathrm{conf}(B_m) \\right|",
    source: "Guo et al. 2017, equation 3",
    of: labelled,
    better: "lower",
    unit: "percent",
    ofProbabilities: true,
    keys: [
      { name: "bins", value: { type: "count", min: 1, max: 1000 }, default: "15", help: "Number of bins of equal width, by confidence." },
    ],
  },
  {
    name: "confusion_matrix",
    help: "How often examples with each correct label (rows) were predicted as each label (columns).",
    of: [],
    unit: "number",
  },
  {
    name: "pearson",
    help: "Pearson's product-moment correlation.",
    formula: "\\frac{\\sum_i (x_i - \\bar{x})(y_i - \\bar{y})}{\\sqrt{\\sum_i (x_i - \\bar{x})^2} \\sqrt{\\sum_i (y_i - \\bar{y})^2}}",
    source: "Pearson 1895",
    of: ["regression"],
    better: "higher",
    unit: "percent",
    range: [-1, 1],
  },
  {
    name: "spearman",
    help: "Spearman's rank correlation; tied values have their average rank.",
    source: "Spearman 1904",
    of: ["regression"],
    better: "higher",
    unit: "percent",
    range: [-1, 1],
  },
  {
    name: "kendall",
    help: "Kendall's τ-b: concordant pairs minus discordant pairs, corrected for ties.",
    formula: "\\frac{c - d}{\\sqrt{(n_0 - n_1)(n_0 - n_2)}}",
    source: "Kendall 1945",
    of: ["regression"],
    better: "higher",
    unit: "percent",
    range: [-1, 1],
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
  entity("entity_precision", "Share of the predicted entities whose boundaries and type are correct."),
  entity("entity_recall", "Share of the correct entities that are found, with boundaries and type."),
  entity("entity_f1", "F1 of entities over all types; a stray I- begins an entity, as in CoNLL's script and seqeval's default."),
  entity("entity_f1_macro", "Entity F1, averaged over the types."),
  entity("entity_f1_strict", "F1 of entities with tags read strictly as IOB2: an entity must begin with B-. As in seqeval's strict mode."),
  answer("exact_match", "Share of correct answers, ignoring case, punctuation, articles and white space."),
  answer("answer_f1", "F1 of the words of an answer and those of the best matching correct answer, averaged over the questions."),
  ...textMetrics,
  {
    name: "loss",
    help: "Mean negative log-likelihood of the objective's targets, in nats. Never ranked across objectives.",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "perplexity",
    help: "Perplexity per token of the tokenizer, left to right.",
    formula: "\\exp\\left(-\\frac{1}{N} \\sum_j \\log p(w_j \\mid w_{<j})\\right)",
    source: "Jelinek et al. 1977",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "bits_per_byte",
    help: "Negative log-likelihood in bits per byte of text; comparable across tokenizers that reproduce the text exactly.",
    formula: "\\frac{-\\sum_j \\log_2 p(w_j \\mid w_{<j})}{\\text{bytes}}",
    source: "Gao et al. 2020, The Pile, section 3.1",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
  {
    name: "pseudo_perplexity",
    help: "Perplexity if each token is masked in turn and predicted from all others, over a fixed sample of tokens.",
    formula: "\\exp\\left(-\\frac{1}{N} \\sum_j \\log p(w_j \\mid w_{\\setminus j})\\right)",
    source: "Salazar et al. 2020, Masked Language Model Scoring, section 2.3",
    of: ["corpus"],
    better: "lower",
    unit: "number",
  },
];

/** The metrics of a per-class ratio: for the positive class, and averaged over the classes in three ways. */
function averaged(name: string, what: string, formula: string): Metric[] {
  const source = "van Rijsbergen 1979, chapter 7";
  const several = "Sokolova and Lapalme 2009, table 3";
  const rest = { of: labelled, better: "higher", unit: "percent" } as const;
  return [
    {
      name,
      help: `${what}, for the positive label, which is the second in sorted order. For two classes.`,
      formula,
      source,
      ...rest,
      twoClasses: true,
      keys: [positive],
    },
    { name: `${name}_micro`, help: `${what}, pooled over all decisions (micro average).`, source: several, ...rest },
    { name: `${name}_macro`, help: `${what}, averaged over the labels (macro average).`, source: several, ...rest },
    {
      name: `${name}_weighted`,
      help: `${what}, averaged over the labels, weighted by the number of examples with each.`,
      source: several,
      ...rest,
    },
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
            { name: "2.0", help: "For a question without an answer, the empty answer is correct.", source: "Rajpurkar et al. 2018" },
          ],
        },
        default: "2.0",
        help: "The version of SQuAD's script. They differ only if normalisation leaves nothing of an answer.",
      },
    ],
  };
}
