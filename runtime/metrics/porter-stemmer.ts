/**
 * The stem of an English word in lower case, as NLTK's `PorterStemmer` in its default mode, which ROUGE's reference implementation uses:
 * Porter's rules with Martin Porter's own later changes and some irregular words.
 * @see Porter 1980, An algorithm for suffix stripping, section 3
 */
export function porterStem(word: string): string {
  const irregular = irregularWords.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  return [step1a, step1b, step1c, step2, step3, step4, step5a, step5b].reduce((stem, step) => step(stem), word);
}

const irregularWords = new Map(
  Object.entries({
    sky: ["sky", "skies"],
    die: ["dying"],
    lie: ["lying"],
    tie: ["tying"],
    news: ["news"],
    inning: ["innings", "inning"],
    outing: ["outings", "outing"],
    canning: ["cannings", "canning"],
    howe: ["howe"],
    proceed: ["proceed"],
    exceed: ["exceed"],
    succeed: ["succeed"],
  }).flatMap(([stem, words]) => words.map((word) => [word, stem] as const)),
);

function isConsonant(word: string, index: number): boolean {
  const letter = word[index]!;
  if ("aeiou".includes(letter)) return false;
  return letter !== "y" || index === 0 || !isConsonant(word, index - 1);
}

/** Porter's m: the number of times that a vowel is followed by a consonant. */
function measure(stem: string): number {
  let count = 0;
  for (let i = 1; i < stem.length; i++) if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) count++;
  return count;
}

function hasVowel(stem: string): boolean {
  return Array.from(stem, (_, i) => i).some((i) => !isConsonant(stem, i));
}

function endsInDouble(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
}

/** Porter's *o: ends in consonant, vowel, consonant other than w, x and y; or consists of a vowel and a consonant. */
function endsInShort(word: string): boolean {
  const last = word.length - 1;
  if (word.length === 2) return !isConsonant(word, 0) && isConsonant(word, 1);
  const shape = word.length >= 3 && isConsonant(word, last - 2) && !isConsonant(word, last - 1) && isConsonant(word, last);
  return shape && !"wxy".includes(word[last]!);
}

/** A rule. Only the first rule whose ending a word has is considered; it applies if the rest of the word meets its condition. */
type Rule = readonly [ending: string, replacement: string];

function applyFirst(word: string, rules: readonly Rule[], applies: (stem: string, ending: string) => boolean = () => true): string {
  const rule = rules.find(([ending]) => word.endsWith(ending));
  if (!rule) return word;
  const stem = word.slice(0, word.length - rule[0].length);
  return applies(stem, rule[0]) ? stem + rule[1] : word;
}

function step1a(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return `${word.slice(0, -3)}ie`;
  return applyFirst(word, [
    ["sses", "ss"],
    ["ies", "i"],
    ["ss", "ss"],
    ["s", ""],
  ]);
}

function step1b(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, -3) + (word.length === 4 ? "ie" : "i");
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ["ed", "ing"].find((each) => word.endsWith(each) && hasVowel(word.slice(0, -each.length)));
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  if (/(?:at|bl|iz)$/u.test(stem)) return `${stem}e`;
  if (endsInDouble(stem)) return "lsz".includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShort(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  return applyFirst(word, [["y", "i"]], (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1));
}

function step2(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) return step2(word.slice(0, -2));
  // the l of logi counts as part of the stem, so that geology is like philology
  return applyFirst(word, step2Rules, (stem, ending) => measure(ending === "logi" ? `${stem}l` : stem) > 0);
}

const step2Rules: readonly Rule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["fulli", "ful"],
  ["logi", "log"],
];

function step3(word: string): string {
  return applyFirst(word, step3Rules, (stem) => measure(stem) > 0);
}

const step3Rules: readonly Rule[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];

function step4(word: string): string {
  const endings = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split(" ");
  const rules = endings.map((ending): Rule => [ending, ""]);
  return applyFirst(word, rules, (stem, ending) => measure(stem) > 1 && (ending !== "ion" || "st".includes(stem.at(-1) ?? "-")));
}

function step5a(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsInShort(stem)) ? stem : word;
}

function step5b(word: string): string {
  return word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
}
