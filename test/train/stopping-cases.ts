import type { Random } from "#runtime/random/random.ts";
import { folderWith, labelled, sentences } from "../cli/cli.ts";

/** A small experiment, drawn at random. */
export interface StoppingCase {
  text: string;
  /** What is run. */
  name: string;
}

const decoders = ["causal", "prefix", "prefix { rate: 25% }", "span_corruption { rate: 30%, replace: mask }"];
const encoders = ["masked", "masked { sentences: next, whole_words: true }", "masked { sentences: order }", "replaced_token"];
const twoSided = ["span_corruption", "denoising { infill: 30%, permute_sentences: true }", "deshuffling", "prefix", "masked"];
const byArchitecture = {
  decoder: [...decoders, "contrastive { views: neighbours }", "mood"],
  encoder: [...encoders, "contrastive", "mood"],
  "encoder-decoder": [...twoSided, "mood", "answers"],
};
const ways = ["all", "head", "last 1 layers", "biases", "lora { rank: 2 }", "adapters { size: 2 }"];
const tasks = ["mood", "answers", "marks"];

/** Objectives, mixtures and sequences, ways of fine-tuning, patience and searches, one of each at random. */
export function drawCase(random: Random): StoppingCase {
  const pick = <T>(from: readonly T[]) => from[random.below(from.length)]!;
  const number = (least: number, max: number) => least + random.below(max - least + 1);
  const architecture = pick(["decoder", "encoder", "encoder-decoder"] as const);
  const leaf = () => pick(byArchitecture[architecture]);
  const mixture = () => `mixture { 50%: ${leaf()}, 50%: ${leaf()} }`;
  const sequence = () => `sequence { 60%: ${pick([leaf(), mixture()])}, 40%: ${leaf()}, reset_optimizer: ${pick(["true", "false"])} }`;
  const objective = pick([leaf, mixture, sequence])();
  const task = pick(architecture === "encoder" ? ["mood", "marks"] : tasks);
  const patience = pick(["", "patience: 1", "patience: 2"]);
  const finetuning = `task: ${task}, epochs: ${number(2, 5)}, batch: ${pick([4, 8])}, accumulate: ${pick([1, 2])}, train: ${pick(ways)}, dropout: ${pick(["0%", "10%"])}, layer_decay: ${pick([1, 0.8])}, optimizer: adamw { learning_rate: 3e-2, warmup: 2 steps }`;
  const searches = random.below(3) === 0;
  const other = pick(byArchitecture[architecture].filter((each) => each !== "mood" && each !== "answers"));
  const text = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: ${pick(["characters", "bytes"])}, train on: tales, sentinels: 8 }
model tiny { architecture: ${architecture}, layers: 2, hidden: 8, heads: 2, context: 24, dropout: 10% }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
task marks = regression { train: "marks.tsv", validation: 20%, test: 20%, text: sentence, value: mark }
task answers = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity, as: text }
pretrain base {
  model: tiny
  objective: ${objective}
  corpus: tales
  tokenizer: letters
  budget: ${number(5, 12)} steps
  batch: 4
  accumulate: ${pick([1, 2])}
  evaluate: every ${number(2, 5)} steps
  save: every ${number(2, 4)} steps, keep ${number(1, 2)}
  optimizer: adamw { learning_rate: 1e-2, warmup: ${pick(["0%", "20%", "3 steps"])}, schedule: ${pick(["constant", "linear", "cosine"])} }
}
finetune adapted { from: base, ${finetuning}${patience ? `, ${patience}` : ""} }
compare which {
  extends: base
  vary objective: [${pick(byArchitecture[architecture].filter((each) => each !== other && each !== "mood" && each !== "answers"))}, ${other}]
  search: { learning_rate: [1e-2, 1e-3] }
  match: steps
  finetune: { ${finetuning}${patience ? `, ${patience}` : ""} }
}
`;
  return { text, name: searches ? "which" : "adapted" };
}

export function folderOf({ text }: StoppingCase): string {
  const marks = Array.from({ length: 24 }, (_, i) => `number ${i}\t${(i % 5) / 2}`);
  return folderWith({
    "a.pretrain": text,
    "tales.txt": sentences(40),
    "mood.tsv": labelled(24),
    "marks.tsv": `sentence\tmark\n${marks.join("\n")}\n`,
  });
}
