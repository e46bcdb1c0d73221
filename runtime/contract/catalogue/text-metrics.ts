import type { Key, Metric } from "./types.ts";

/** Kinds of task whose answer is a text. */
const written = ["translation", "summarisation", "generation"];

const lowercase: Key = { name: "lowercase", value: { type: "boolean" }, default: "false", help: "Fold capital letters." };
const sentences: Key = {
  name: "sentence_level",
  value: { type: "boolean" },
  default: "false",
  help: "Also the score of each line, in order; BLEU then takes the effective order.",
};

const bleuKeys: readonly Key[] = [
  {
    name: "tokenize",
    value: {
      type: "choice",
      of: [
        { name: "13a", help: "As mteval-v13a: WMT's standard." },
        { name: "intl", help: "As mteval-v14 in its international form: every punctuation mark and symbol apart." },
        { name: "zh", help: "Chinese: each character apart, the rest as 13a." },
        { name: "char", help: "Each character." },
        { name: "none", help: "At white space alone: for text that is tokenised already." },
        {
          name: "ja-mecab",
          help: "Japanese words, as MeCab with the dictionary IPADIC, which is downloaded into sacreBLEU's folder (SACREBLEU).",
          source: "Kudo, Yamamoto and Matsumoto 2004, section 3",
        },
        { name: "ko-mecab", help: "Korean words, as MeCab-ko with the dictionary mecab-ko-dic, likewise." },
        { name: "spm", help: "The sub-words of FLORES-101: the older name of flores101." },
        {
          name: "flores101",
          help: "The sub-words of FLORES-101, by a SentencePiece model that is downloaded into sacreBLEU's folder (SACREBLEU).",
          source: "Goyal et al. 2022, section 5",
        },
        { name: "flores200", help: "The sub-words of FLORES-200, likewise.", source: "NLLB Team 2022, section 7.1" },
        { name: "spBLEU-1K", help: "Sub-words for a thousand languages, likewise." },
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
        { name: "floor", help: "It counts a small number of matches.", source: "Chen and Cherry 2014, method 1" },
        { name: "add-k", help: "Some are added to every order above the first.", source: "Chen and Cherry 2014, method 2" },
        { name: "none", help: "It makes the score 0." },
      ],
    },
    default: "exp",
    help: "What becomes of an order without a match.",
    source: "Chen and Cherry 2014, A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU",
  },
  {
    name: "smooth_value",
    value: { type: "number", min: 0, aboveMin: true, max: 1e6 },
    help: "Of floor (left out: 0.1) and add-k (left out: 1).",
  },
  { name: "max_ngram_order", value: { type: "count", min: 1, max: 20 }, default: "4", help: "The longest stretch of tokens." },
  {
    name: "effective_order",
    value: { type: "boolean" },
    default: "false",
    help: "Leave out orders that a text is too short to have.",
  },
  sentences,
];

const chrfKeys = (words: string): readonly Key[] => [
  { name: "char_order", value: { type: "count", min: 1, max: 20 }, default: "6", help: "The longest stretch of characters." },
  { name: "word_order", value: { type: "count", min: 0, max: 20 }, default: words, help: "The longest stretch of words; 0: none count." },
  {
    name: "beta",
    value: { type: "number", min: 0, aboveMin: true, max: 1e6 },
    default: "2",
    help: "How much more recall counts than precision.",
  },
  lowercase,
  { name: "whitespace", value: { type: "boolean" }, default: "false", help: "White space counts as characters." },
  {
    name: "eps_smoothing",
    value: { type: "boolean" },
    default: "false",
    help: "F of each order, averaged, as chrF++.py does; else of the averaged precision and recall.",
  },
  sentences,
];

const terKeys: readonly Key[] = [
  { name: "normalized", value: { type: "boolean" }, default: "false", help: "Part punctuation from words." },
  { name: "no_punct", value: { type: "boolean" }, default: "false", help: "Remove punctuation." },
  {
    name: "asian_support",
    value: { type: "boolean" },
    default: "false",
    help: "Do both for Chinese and Japanese characters and punctuation too.",
  },
  { name: "case_sensitive", value: { type: "boolean" }, default: "false", help: "Tell capital letters from small ones." },
  sentences,
];

/** Metrics of a text against right texts. */
export const textMetrics: readonly Metric[] = [
  {
    name: "bleu",
    help: "BLEU of the whole corpus, 0 to 100, as sacreBLEU, with its signature.",
    formula: "\\mathrm{BP} \\cdot \\exp\\left(\\sum_{n=1}^{4} \\tfrac{1}{4} \\log p_n\\right)",
    source: "Papineni et al. 2002, section 2.3; Post 2018",
    of: written,
    better: "higher",
    unit: "number",
    keys: bleuKeys,
  },
  {
    name: "chrf",
    help: "chrF of the whole corpus, 0 to 100: F of stretches of characters, as sacreBLEU.",
    formula: "(1 + \\beta^2) \\frac{P \\cdot R}{\\beta^2 P + R}",
    source: "Popović 2015, section 2",
    of: written,
    better: "higher",
    unit: "number",
    keys: chrfKeys("0"),
  },
  {
    name: "chrfpp",
    help: "chrF++ of the whole corpus, 0 to 100: chrF with words and pairs of words.",
    formula: "(1 + \\beta^2) \\frac{P \\cdot R}{\\beta^2 P + R}",
    source: "Popović 2017, section 2",
    of: written,
    better: "higher",
    unit: "number",
    keys: chrfKeys("2"),
  },
  {
    name: "ter",
    help: "Translation edit rate of the whole corpus: edits and shifts for each 100 right words, as sacreBLEU.",
    formula: "100 \\cdot \\frac{\\text{edits}}{\\text{mean reference words}}",
    source: "Snover et al. 2006, section 2",
    of: written,
    better: "lower",
    unit: "number",
    keys: terKeys,
  },
  rouge("rouge1", "F1 of words", "section 2"),
  rouge("rouge2", "F1 of pairs of words", "section 2"),
  rouge("rougeL", "F1 of the longest common subsequence", "section 3.1"),
  rouge("rougeLsum", "F1 of the longest common subsequences of sentences, a line each", "section 3.2"),
];

function rouge(name: string, what: string, section: string): Metric {
  return {
    name,
    help: `${what}, averaged over the texts, as Google's rouge_score.`,
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
