import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportToTransformers } from "#runtime/checkpoints/export.ts";
import { inspect } from "#runtime/checkpoints/inspect-text.ts";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { folderWith, pretrain } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { runHere } from "./in-process.ts";

const animals = ["cat", "dog", "cow", "hen"];
const texts = Array.from({ length: 240 }, (_, i) => `number ${i} is a ${animals[i % 4]}`);

/** Labels at the end of a text, read at its beginning. */
const experiment = (objective: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer words { kind: bpe, vocabulary: 330, train on: tales, sentinels: 4 }
model tiny { layers: 1, hidden: 32, heads: 2, context: 32, architecture: decoder, activation: gelu_tanh }
pretrain base { model: tiny, objective: ${objective}, corpus: tales, tokenizer: words, budget: 2 steps, batch: 4 }
task animal = classification { train: "animal.tsv", validation: 20%, test: 20%, pool: first, metrics: [accuracy] }
finetune adapted { from: base, task: animal, epochs: 8, batch: 16, dropout: 0%, optimizer: adamw { learning_rate: 1e-2 } }
probe layers { of: base, tasks: animal, epochs: 8, optimizer: adamw { learning_rate: 1e-1 } }
pretrain supervised { extends: base, objective: sequence { 10%: ${objective}, 90%: animal }, budget: 200 steps, batch: 16, optimizer: adamw { learning_rate: 1e-2 } }
`;
const folderFor = (objective: string) =>
  folderWith({
    "a.pretrain": experiment(objective),
    "tales.txt": texts.join("\n"),
    "animal.tsv": `text\tlabel\n${texts.map((text, i) => `${text}\t${animals[i % 4]}`).join("\n")}\n`,
  });

/** Of the first token alone, which is the same in all texts, one label in four is right. */
const guessed = 0.4;

describe.each([
  ["causal", false],
  ["prefix", true],
  ["span_corruption", true],
])("a decoder pre-trained as %s", (objective, reads) => {
  const accuracyOf = async (folder: string, goal: string, job = goal) => {
    const { scores } = (await runHere(folder, goal)).result("finetune", job);
    return scores.find(({ metric, split }) => metric === "accuracy" && split === "test")!.value!;
  };

  test(`is fine-tuned and probed with a first token that sees ${reads ? "the whole text" : "nothing after it"}`, async () => {
    const folder = folderFor(objective);
    const expected = (accuracy: number) => (reads ? expect(accuracy).toBeGreaterThan(0.9) : expect(accuracy).toBeLessThan(guessed));
    expected(await accuracyOf(folder, "adapted"));
    expect(await accuracyOf(folder, "layers", "layers: layer 0 of base, on animal")).toBeLessThan(guessed);
    const probed = await accuracyOf(folder, "layers", "layers: layer 1 of base, on animal");
    if (reads) expect(probed).toBeGreaterThan(guessed);
    else expect(probed).toBeLessThan(guessed);
  });

  test("has a task as an objective read alike, several texts to a row", async () => {
    const ran = await runHere(folderFor(objective), "supervised");
    const losses = ran.events.flatMap((event) => (event.event === "step" && event.part === "animal" ? [event.loss] : []));
    const last = losses.slice(-5).reduce((sum, loss) => sum + loss, 0) / 5;
    if (reads) expect(last).toBeLessThan(0.3);
    else expect(last).toBeGreaterThan(1.2);
  });

  test("is inspected as it reads, and exported with a note on what Transformers does differently", async () => {
    const folder = folderFor(objective);
    const run = (await runHere(folder, "base")).folder("base");
    const { attentions } = await inspect(openStoredModel(run), "number 7 is a cow", "cpu", 1);
    const [first] = attentions[0]![0]!;
    expect(first!.slice(1).some((weight) => weight > 0.01)).toBe(reads);
    const to = join(temporaryFolder(), "exported");
    const [written] = exportToTransformers(openStoredModel(run), to);
    expect(written!.className).toBe("GPT2LMHeadModel");
    if (!reads) return expect(written!.differs).toBeUndefined();
    const said = await pretrain(folder, "export", run, join(temporaryFolder(), "exported"), "--to", "transformers");
    expect(said.stderr).toContain(
      "warning: the model was trained with a prefix, which it reads in both directions. In GPT2LMHeadModel, every token attends only to those before it",
    );
  });
});
