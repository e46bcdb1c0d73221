/** The text before the mistakes. */
export const base = `corpus c { files: "a.txt" }
tokenizer k { kind: bytes, train on: c }
model m {}
task t = classification { train: "t.tsv" }
pretrain p { model: m, objective: causal, corpus: c, tokenizer: k, budget: 100 steps }
`;

const rows = Array.from({ length: 200 }, (_, index) => `sentence ${index}\t${index % 2 === 0 ? "good" : "bad"}`);

export const data: Readonly<Record<string, string>> = {
  "a.txt": "The first line of a text.\nAnd the second.\n".repeat(200),
  "t.tsv": `text\tlabel\n${rows.join("\n")}\n`,
  "folder/one.txt": "one",
  "deep/er/one.txt": "one",
};
