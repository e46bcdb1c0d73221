/** The smallest experiment with one of everything, and its data. */
export const experiment = `/** What the mails say. */
corpus mails { files: "mails.txt", documents: line }

tokenizer letters { kind: bytes, train on: mails }

model small { layers: 1, hidden: 16, heads: 2, context: 32 }

objective clm = causal
objective mlm = masked { rate: 20% }

task mood = classification {
  train: "mood.tsv"
  text: line
}

/** The base of all. */
pretrain base {
  model: small
  objective: clm
  corpus: mails
  tokenizer: letters
  budget: 4k tokens
  batch: 4
}

finetune moody { from: base, task: mood, epochs: 1, train: head }

compare both {
  extends: base
  vary learning_rate: [1e-3, 2e-3]
  match: flops
  seeds: 1..2
}
`;

const rows = Array.from({ length: 40 }, (_, index) => `words number ${index}\t${index % 2 === 0 ? "good" : "bad"}`);

export const data = {
  "mails.txt": Array.from({ length: 200 }, (_, line) => `${line} quick brown foxes jump over the lazy dog.\n`).join(""),
  "mood.tsv": `line\tlabel\n${rows.join("\n")}\n`,
};
