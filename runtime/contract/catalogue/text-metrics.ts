import type { Key, Metric } from "./types.ts";

/** Kinds of task whose answer is a text. */
const written = ["translation", "summarisation", "generation"];

const lowercase: Key = { name: "lowercase", value: { type: "boolean" }, default: "false", help: "Convert text to lower case." };
const sentences: Key = {
  name: "sentence_level",
  value: { type: "boolean" },
  default: "false",
  help: "Also report the score of each line, in order; BLEU then uses the effective order.",
};

const bleuKeys: readonly Key[] = [
  {
    name: "tokenize",
    value: {
      type: "choice",
      of: [
        { name: "13a", help: "As in mteval-v13a, WMT's standard." },
        { name: "intl", help: "As in mteval-v14 in its international mode: every punctuation mark and symbol is a token." },
        { name: "zh", help: "Chinese: each Chinese character is a token, the rest as in 13a." },
        { name: "char", help: "Each character is a token." },
        { name: "none", help: "Split at white space only, for text that is already tokenised." },
        {
          name: "ja-mecab",
          help: "Japanese words, as found by MeCab with the dictionary IPADIC, which is downloaded into sacreBLEU's folder (SACREBLEU).",
          source: "Kudo, Yamamoto and Matsumoto 2004, section 3",
        },
        { name: "ko-mecab", help: "Korean words, as found by MeCab-ko with the dictionary mecab-ko-dic, which is also downloaded." },
        { name: "spm", help: "The older name of flores101." },
        {
          name: "flores101",
          help: "The subwords of FLORES-101, from a SentencePiece model that is downloaded into sacreBLEU's folder (SACREBLEU).",
          source: "Goyal et al. 2022, section 5",
        },
        {
          name: "flores200",
          help: "The subwords of FLORES-200, from a model that is also downloaded.",
          source: "NLLB Team 2022, section 7.1",
        },
        { name: "spBLEU-1K", help: "Subwords for a thousand languages, from a model that is also downloaded." },
      ],
    },
    default: "13a",
    help: "What counts as a token.",
  },
  lowercase,
  {
    name: "smooth_method",
    value: {
      type: "choice",
      of: [
        { name: "exp", help: "Each order without a match counts half of the one before.", source: "Chen and Cherry 2014, method 3" },
        { name: "floor", help: "An order without a match counts smooth_value matches.", source: "Chen and Cherry 2014, method 1" },
        {
          name: "add-k",
          help: "smooth_value is added to the counts of every order above the first.",
          source: "Chen and Cherry 2014, method 2",
        },
        { name: "none", help: "An order without a match makes the score 0." },
      ],
    },
    default: "exp",
    help: "Smoothing: how an n-gram order without a match is counted.",
    source: "Chen and Cherry 2014, A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU",
  },
  {
    name: "smooth_value",
    value: { type: "number", min: 0, aboveMin: true, max: 1e6 },
    help: "The value for the smoothing methods floor (0.1 if omitted) and add-k (1 if omitted).",
  },
  { name: "max_ngram_order", value: { type: "count", min: 1, max: 20 }, default: "4", help: "The longest n-grams of tokens." },
  {
    name: "effective_order",
    value: { type: "boolean" },
    default: "false",
    help: "Ignore n-gram orders for which a text is too short.",
  },
  sentences,
];

const chrfKeys = (words: string): readonly Key[] => [
  { name: "char_order", value: { type: "count", min: 1, max: 20 }, default: "6", help: "The longest n-grams of characters." },
  {
    name: "word_order",
    value: { type: "count", min: 0, max: 20 },
    default: words,
    help: "The longest n-grams of words; 0 counts no words.",
  },
  {
    name: "beta",
    value: { type: "number", min: 0, aboveMin: true, max: 1e6 },
    default: "2",
    help: "Weight of recall relative to precision.",
  },
  lowercase,
  { name: "whitespace", value: { type: "boolean" }, default: "false", help: "Count white space as characters." },
  {
    name: "eps_smoothing",
    value: { type: "boolean" },
    default: "false",
    help: "Average the F-scores of the orders, as chrF++.py does, instead of taking the F-score of the averaged precision and recall.",
  },
  sentences,
];

const terKeys: readonly Key[] = [
  { name: "normalized", value: { type: "boolean" }, default: "false", help: "Separate punctuation from words." },
  { name: "no_punct", value: { type: "boolean" }, default: "false", help: "Remove punctuation." },
  {
    name: "asian_support",
    value: { type: "boolean" },
    default: "false",
    help: "Apply normalized and no_punct to Chinese and Japanese characters and punctuation too.",
  },
  { name: "case_sensitive", value: { type: "boolean" }, default: "false", help: "Distinguish upper and lower case." },
  sentences,
];

/** Metrics that compare a text with reference texts. */
export const textMetrics: readonly Metric[] = [
  {
    name: "bleu",
    help: "BLEU of the whole corpus, 0 to 100, as sacreBLEU computes it, with its signature.",
    formula: "\\mathrm{BP} \\cdot \\exp\\left(\\sum_{n=1}^{4} \\tfrac{1}{4} \\log p_n\\right)",
    source: "Papineni et al. 2002, section 2.3; Post 2018",
    of: written,
    better: "higher",
    unit: "number",
    range: [0, 100],
    keys: bleuKeys,
  },
  {
    name: "chrf",
    help: "chrF of the whole corpus, 0 to 100: F-score of character n-grams, as sacreBLEU computes it.",
    formula: "(1 + \\beta^2) \\frac{P \\cdot R}{\\beta^2 P + R}",
    source: "Popović 2015, section 2",
    of: written,
    better: "higher",
    unit: "number",
    range: [0, 100],
    keys: chrfKeys("0"),
  },
  {
    name: "chrfpp",
    help: "chrF++ of the whole corpus, 0 to 100: chrF with words and pairs of words added.",
    formula: "(1 + \\beta^2) \\frac{P \\cdot R}{\\beta^2 P + R}",
    source: "Popović 2017, section 2",
    of: written,
    better: "higher",
    unit: "number",
    range: [0, 100],
    keys: chrfKeys("2"),
  },
  {
    name: "ter",
    help: "Translation edit rate of the whole corpus: edits and shifts per 100 reference words, as sacreBLEU computes it.",
    formula: "100 \\cdot \\frac{\\text{edits}}{\\text{mean reference words}}",
    source: "Snover et al. 2006, section 2",
    of: written,
    better: "lower",
    unit: "number",
    keys: terKeys,
  },
  rouge("rouge1", "F1 of words", "section 2"),
  rouge("rouge2", "F1 of word bigrams", "section 2"),
  rouge("rougeL", "F1 of the longest common subsequence", "section 3.1"),
  rouge("rougeLsum", "F1 of the longest common subsequences of sentences, one sentence per line", "section 3.2"),
];

function rouge(name: string, what: string, section: string): Metric {
  return {
    name,
    help: `${what}, averaged over the texts, as Google's rouge_score computes it.`,
    source: `Lin 2004, ROUGE, ${section}`,
    of: written,
    better: "higher",
    unit: "percent",
    keys: [
      {
        name: "stem",
        value: { type: "boolean" },
        default: "false",
        help: "Compare the stems of English words.",
        source: "Porter 1980, section 3",
      },
      sentences,
    ],
  };
}
