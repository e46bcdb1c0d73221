/** What examples are parts of, by the names that they use: a text that names one of these and does not declare it gets it. */
const surroundings: Readonly<Record<string, string>> = {
  speeches: `corpus speeches { files: "data/prose/*.txt", documents: line, split: { validation: 5% } }`,
  prose: `corpus prose { files: "data/prose/*.txt", documents: line, split: { validation: 5% } }`,
  pieces: "tokenizer pieces { kind: bpe, vocabulary: 1k, train on: prose }",
  small: "model small { layers: 2, hidden: 128, heads: 4, context: 64, dropout: 10% }",
  large: "model large { layers: 4, hidden: 256, heads: 4, context: 64, dropout: 10% }",
  clm: "objective clm = causal",
  mlm: "objective mlm = masked",
  t5: "objective t5 = span_corruption",
  sentiment: task("sentiment"),
  genre: task("genre"),
  century: task("century"),
  topics: task("topics"),
  // as snippets name what is to be filled in
  task: task("task"),
  base: "pretrain base { model: small, objective: clm, corpus: prose, tokenizer: pieces, budget: 2M tokens }",
};

/** The declaration that a setting alone is a part of. */
const enclosing: Readonly<Record<string, (setting: string) => string>> = {
  as: (setting) => task("answered", setting),
  optimizer: (setting) =>
    `pretrain trained { model: small, objective: clm, corpus: prose, tokenizer: pieces, budget: 2M tokens\n${setting} }`,
  from: (setting) => `finetune tuned { task: sentiment\n${setting} }`,
  train: (setting) => `finetune tuned { from: base, task: sentiment\n${setting} }`,
  baselines: (setting) =>
    `compare compared { extends: base, vary objective: [clm, mlm], finetune: { task: sentiment }, seeds: 1..3\n${setting} }`,
};

/** What makes a job of a declaration that has none of its own, where nothing in the text uses it. */
const uses: Readonly<Record<string, (name: string) => string>> = {
  model: (name) => `pretrain with_${name} { model: ${name}, objective: clm, corpus: prose, tokenizer: pieces, budget: 2M tokens }`,
  objective: (name) => `pretrain with_${name} { model: small, objective: ${name}, corpus: prose, tokenizer: pieces, budget: 2M tokens }`,
  task: (name) => `finetune on_${name} { from: base, task: ${name} }`,
};

/** A part of a file as a whole one, in which everything becomes a job. */
export function wholeFile(text: string): string {
  const setting = /^(\w+):/.exec(text)?.[1];
  const wrapped = setting === undefined ? text : enclosing[setting]?.(text.trimEnd());
  if (wrapped === undefined) throw new Error(`no declaration is known that ${text} is a part of`);
  return withSurroundings([wrapped, ...[...declaredIn(wrapped)].flatMap(([name, kind]) => unused(wrapped, name, kind))].join("\n"));
}

function unused(text: string, name: string, kind: string): string[] {
  const use = uses[kind];
  return use && namesIn(text).filter((each) => each === name).length < 2 ? [use(name)] : [];
}

function withSurroundings(text: string): string {
  const declared = declaredIn(text);
  const missing = Object.keys(surroundings).filter((name) => !declared.has(name) && namesIn(text).includes(name));
  return missing.length === 0 ? text : withSurroundings([text, ...missing.map((name) => surroundings[name])].join("\n"));
}

/** Names of declarations, and the kind of each. */
function declaredIn(text: string): Map<string, string> {
  const kinds = "corpus|tokenizer|model|objective|task|pretrain|finetune|probe|compare";
  return new Map([...text.matchAll(new RegExp(`^(${kinds}) (\\w+)`, "gm"))].map(([, kind, name]) => [name!, kind!]));
}

/** Words outside of comments and of texts in quotes. */
function namesIn(text: string): string[] {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"/g, " ").match(/[A-Za-z_]\w*/g) ?? [];
}

function task(name: string, setting = ""): string {
  return `task ${name} = classification { train: "data/train.tsv", text: text, label: label\n${setting} }`;
}
