import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openCheckpoint, warningsOf } from "#runtime/checkpoints/checkpoint.ts";
import { exportToTransformers } from "#runtime/checkpoints/export.ts";
import { inspect } from "#runtime/checkpoints/inspect-text.ts";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { verify } from "#runtime/checkpoints/verify.ts";
import { checkedProblems } from "#runtime/cli/load.ts";
import { problemLine } from "#runtime/cli/output.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { generate } from "#runtime/train/generate.ts";
import { folderWith, pretrain, sentences } from "../cli/cli.ts";
import { checkpointIn } from "./example.ts";
import { folderOf } from "./folders.ts";

let root: string;
beforeEach(() => {
  root = folderWith({ "tales.txt": sentences(60) });
});

type Tensors = Record<string, StoredTensor>;
type Config = Record<string, unknown>;

/** A reference model with a tokenizer, changed. */
function changed(name: string, change: (tensors: Tensors, config: Config) => void, metadata: Record<string, string> = {}): string {
  const folder = checkpointIn(root, name);
  const path = join(folder, "model.safetensors");
  const tensors = { ...readSafetensors(path).tensors };
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Config;
  change(tensors, config);
  writeSafetensors(path, tensors, { format: "pt", ...metadata });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return folder;
}

const generation = {
  prompts: ["the cat"],
  tokens: 4,
  temperature: 0,
  topK: null,
  topP: null,
  beams: 1,
  lengthPenalty: 1,
  seed: 1,
  threads: 1,
};

/** What each command says of a checkpoint: its failure, or its warnings. */
async function saidBy(folder: string, name: string): Promise<Record<string, string>> {
  const files = { batch: join(folderOf(name), "batch.safetensors"), expected: join(folderOf(name), "expected.safetensors") };
  const objective = name.includes("masked") ? "masked" : name.includes("-lm") ? "causal" : "span_corruption";
  const text = `corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }\nmodel m { checkpoint: "checkpoint", context: 16 }\npretrain p { model: m, objective: ${objective}, corpus: tales, budget: 2 steps, batch: 4 }\n`;
  writeFileSync(join(root, "a.pretrain"), text);
  const said = async (action: () => Promise<unknown>) => {
    try {
      await action();
      return warningsOf(openCheckpoint(folder)).join("\n");
    } catch (error) {
      return (error as Error).message;
    }
  };
  return {
    generate: await said(() => generate(openStoredModel(folder), generation, "cpu")),
    inspect: await said(() => inspect(openStoredModel(folder), "the cat", "cpu", 1)),
    verify: await said(() => verify(folder, { ...files, tolerance: 1e-4, engine: "cpu" })),
    export: await said(async () => exportToTransformers(openStoredModel(folder), join(root, "exported"))),
    check: (await checkedProblems(join(root, "a.pretrain"))).map(problemLine).join("\n"),
  };
}

/** Every command says the same, and none gives an exception. */
async function allSay(folder: string, name: string, message: string | RegExp, except: readonly string[] = []): Promise<void> {
  for (const [command, said] of Object.entries(await saidBy(folder, name)))
    if (!except.includes(command)) expect(said, command).toMatch(message);
}

describe("the same message from every command", () => {
  test("no projection to the vocabulary, and none that is tied", async () => {
    const folder = changed("llama-lm", (tensors) => delete tensors["lm_head.weight"]);
    await allSay(folder, "llama-lm", /has no lm_head\.weight, and its config\.json does not tie it.*Set tie_word_embeddings: true/);
  });

  test.each([
    ["bert-masked-lm", "cls.predictions.bias"],
    ["roberta-masked-lm", "lm_head.dense.weight"],
    ["distilbert-masked-lm", "vocab_layer_norm.bias"],
  ])("%s without %s", async (name, tensor) => {
    const folder = changed(name, (tensors) => delete tensors[tensor]);
    await allSay(folder, name, new RegExp(`has no ${tensor.replaceAll(".", "\\.")}, with which .* predicts tokens.*freshly initialised`), [
      "generate",
    ]);
  });

  test("T5 1.1 without its own projection", async () => {
    const folder = changed("t5v1.1-conditional", (_, config) => Object.assign(config, { tie_word_embeddings: false }));
    await allSay(folder, "t5v1.1-conditional", /has no lm_head\.weight/);
  });

  test.each([
    ["gpt2-lm", "module."],
    ["bert-masked-lm", "_orig_mod."],
  ])("%s inside of a wrapper", async (name, wrapper) => {
    const folder = changed(name, (tensors) => {
      for (const [tensor, stored] of Object.entries(tensors)) {
        delete tensors[tensor];
        tensors[`${wrapper}${tensor}`] = stored;
      }
    });
    await allSay(
      folder,
      name,
      new RegExp(`has no tensor .*The names of its tensors begin with ${wrapper.replaceAll(".", "\\.")}, which a wrapper`),
    );
  });

  test("a tokenizer with more entries than the embeddings have rows; one with fewer is fine", async () => {
    const folder = changed("llama-lm", () => {});
    const json = (words: readonly string[]) => ({
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: { type: "WordLevel", vocab: Object.fromEntries(words.map((token, id) => [token, id])), unk_token: "[UNK]" },
    });
    const few = ["[UNK]", "the", "cat"];
    const many = [...few, ...Array.from({ length: 95 }, (_, i) => `word${i}`)];
    rmSync(join(folder, "vocab.txt"));
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json(many)));
    await allSay(folder, "llama-lm", /the tokenizer of .* has 98 entries, but the model's embeddings have 96 rows/, ["verify"]);
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json(few)));
    const said = await saidBy(folder, "llama-lm");
    for (const each of Object.values(said)) expect(each).not.toContain("embeddings");
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    ["config.json is torn", (folder) => writeFileSync(join(folder, "config.json"), '{ "model_type": "be'), /config\.json is not JSON/],
    ["config.json is a list", (folder) => writeFileSync(join(folder, "config.json"), "[]"), /config\.json is not a JSON object/],
    [
      "config.json is deep",
      (folder) => writeFileSync(join(folder, "config.json"), `{"model_type":${"[".repeat(1e6)}${"]".repeat(1e6)}}`),
      /config\.json is nested more than 1000 deep/,
    ],
    [
      "config.json is a folder",
      (folder) => {
        rmSync(join(folder, "config.json"));
        mkdirSync(join(folder, "config.json"));
      },
      /config\.json/,
    ],
    ["no model_type", (folder) => writeFileSync(join(folder, "config.json"), "{}"), /model_type is missing; BERT \(bert\)/],
    [
      "an unknown architecture",
      (folder) => writeFileSync(join(folder, "config.json"), '{"model_type":"mamba"}'),
      /model_type is "mamba"; BERT/,
    ],
    [
      "a billion layers",
      (folder) => edit(folder, { num_hidden_layers: 1e9 }),
      /1000000000 layers, but the checkpoint has only \d+ tensors/,
    ],
    ["heads that do not divide", (folder) => edit(folder, { num_attention_heads: 5 }), /5 heads do not divide the width 32/],
    [
      "a pickle alone",
      (folder) => renameSync(join(folder, "model.safetensors"), join(folder, "pytorch_model.bin")),
      /is pickled.*save_pretrained/,
    ],
    [
      "no weights",
      (folder) => rmSync(join(folder, "model.safetensors")),
      /has no model\.safetensors and no model\.safetensors\.index\.json/,
    ],
    [
      "an index that is torn",
      (folder) => {
        rmSync(join(folder, "model.safetensors"));
        writeFileSync(join(folder, "model.safetensors.index.json"), "{");
      },
      /index\.json is not JSON/,
    ],
    [
      "an index with paths",
      (folder) => {
        rmSync(join(folder, "model.safetensors"));
        writeFileSync(join(folder, "model.safetensors.index.json"), '{"weight_map":{"a":"../b.safetensors"}}');
      },
      /names no files next to it/,
    ],
    [
      "an index without its shards",
      (folder) => {
        rmSync(join(folder, "model.safetensors"));
        writeFileSync(join(folder, "model.safetensors.index.json"), '{"weight_map":{"a":"a.safetensors","b":"b.safetensors"}}');
      },
      /a\.safetensors \(and 1 other of its 2 files\) is missing, although/,
    ],
    [
      "an empty file of weights",
      (folder) => writeFileSync(join(folder, "model.safetensors"), ""),
      /not a whole safetensors file: it has 0 bytes/,
    ],
  ])("%s", async (_, spoil, message) => {
    const folder = changed("bert-masked-lm", () => {});
    spoil(folder);
    await allSay(folder, "bert-masked-lm", message);
  });

  test("another size than config.json means, and quantised weights", async () => {
    const bias = "bert.encoder.layer.0.attention.self.query.bias";
    await allSay(
      changed("bert-masked-lm", (tensors) => {
        tensors[bias] = { shape: [16], data: new Float32Array(16) };
      }),
      "bert-masked-lm",
      /has the shape \[16\], but config\.json implies \[32\]/,
    );
    await allSay(
      changed("bert-masked-lm", (tensors) => {
        tensors[bias] = { shape: [32], data: new Int32Array(32) };
      }),
      "bert-masked-lm",
      /has the type I32, but weights must be F64/,
    );
  });

  test("tensors that are not used, but for buffers that do no harm", async () => {
    const folder = changed("bert-masked-lm", (tensors) => {
      tensors["cls.seq_relationship.weight"] = { shape: [2, 32], data: new Float32Array(64) };
      tensors["bert.embeddings.position_ids"] = { shape: [1, 32], data: new Int32Array(32) };
    });
    await allSay(folder, "bert-masked-lm", /has tensors that are not used: cls\.seq_relationship\.weight\. /, ["generate"]);
  });
});

test("weights that are no numbers are refused", () => {
  const folder = changed("gpt2-lm", (tensors) => {
    tensors["transformer.ln_f.bias"]!.data[3] = Number.NaN;
  });
  const checkpoint = openCheckpoint(folder);
  expect(() => checkpoint.read(checkpoint.parameters)).toThrow("tensor transformer.ln_f.bias contains NaN (number 4 of 32)");
});

describe("a tensor that several names share is found under each", () => {
  const passes = async (folder: string, name: string) => {
    const files = { batch: join(folderOf(name), "batch.safetensors"), expected: join(folderOf(name), "expected.safetensors") };
    const { tensors } = await verify(folder, { ...files, tolerance: 1e-4, engine: "cpu" });
    expect(tensors.filter(({ passed }) => !passed).map(({ name: tensor }) => tensor)).toEqual([]);
    expect(warningsOf(openCheckpoint(folder))).toEqual([]);
  };

  test.each<[string, string, string, boolean]>([
    ["gpt2-lm", "transformer.wte.weight", "lm_head.weight", true],
    ["gpt2-lm", "transformer.wte.weight", "lm_head.weight", false],
    ["bert-masked-lm", "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight", true],
    ["bert-masked-lm", "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight", false],
    ["bert-masked-lm", "cls.predictions.bias", "cls.predictions.decoder.bias", false],
    ["roberta-masked-lm", "roberta.embeddings.word_embeddings.weight", "lm_head.decoder.weight", false],
    ["roberta-masked-lm", "lm_head.bias", "lm_head.decoder.bias", false],
    ["distilbert-masked-lm", "distilbert.embeddings.word_embeddings.weight", "vocab_projector.weight", false],
    ["electra-masked-lm", "electra.embeddings.word_embeddings.weight", "generator_lm_head.weight", false],
    ["bart-conditional", "model.shared.weight", "lm_head.weight", false],
    ["bart-conditional", "model.shared.weight", "model.decoder.embed_tokens.weight", false],
    ["t5-conditional", "shared.weight", "encoder.embed_tokens.weight", true],
    ["t5-conditional", "shared.weight", "lm_head.weight", false],
    ["bert-masked-lm", "cls.predictions.transform.dense.bias", "another.name", true],
  ])("%s: %s as %s, named by metadata: %s", async (name, left, kept, named) => {
    const moved = (from: string, to: string, metadata: Record<string, string>) =>
      changed(
        name,
        (tensors) => {
          tensors[to] = tensors[from]!;
          delete tensors[from];
        },
        metadata,
      );
    await passes(moved(left, kept, named ? { [left]: kept } : {}), name);
  });

  test("the other direction: metadata name the kept tensor, which is used", async () => {
    const left = "model.norm.weight";
    await passes(
      changed(
        "llama-lm",
        (tensors) => {
          tensors["a.name"] = tensors[left]!;
          delete tensors[left];
        },
        { "a.name": left },
      ),
      "llama-lm",
    );
  });

  test("under both names with the same numbers, in shards as well", async () => {
    const twice = (tensors: Tensors) => {
      tensors["lm_head.weight"] = tensors["transformer.wte.weight"]!;
    };
    await passes(changed("gpt2-lm", twice), "gpt2-lm");
    expect(openCheckpoint(join(root, "checkpoint")).model.tiedEmbeddings).toBe(true);
  });
});

test("of two settings of rotary positions the older one holds, as in Transformers", () => {
  // LlamaConfig(rope_parameters=…, rope_scaling=…).rope_parameters of Transformers 5.23
  const both = changed("llama-lm", (_, config) => {
    config.rope_parameters = { rope_type: "default", rope_theta: 500000 };
    config.rope_scaling = { rope_type: "linear", factor: 4 };
  });
  expect(openCheckpoint(both).model).toMatchObject({ rotary: { base: 10000, scaling: { kind: "linear", factor: 4 } } });
});

describe("a head of the file's own", () => {
  test.each(["gpt2-lm", "llama-lm", "bert-masked-lm", "bart-conditional", "t5-conditional"])(
    "%s: is kept though config.json ties it, and that is said",
    async (name) => {
      const head = { bert: "cls.predictions.decoder.weight" }[name.split("-")[0]!] ?? "lm_head.weight";
      const own = (flag: boolean) =>
        changed(name, (tensors, config) => {
          const table = Object.entries(tensors).find(([tensor]) => /(?:wte|embed_tokens|word_embeddings|shared)\.weight$/.test(tensor))![1];
          tensors[head] ??= { shape: table.shape, data: Float32Array.from(table.data, (value, i) => value + (i % 3)) };
          config.tie_word_embeddings = flag;
          // an older T5 tells by it alone which version it is
          if (name.startsWith("t5")) config.scale_decoder_outputs = true;
        });
      const values = (folder: string) => {
        const checkpoint = openCheckpoint(folder);
        return { ...checkpoint.read(checkpoint.parameters), tied: checkpoint.model.tiedEmbeddings };
      };
      const untied = values(own(false));
      const folder = own(true);
      expect(values(folder)).toEqual(untied);
      expect(untied.tied).toBe(false);
      await allSay(folder, name, new RegExp(`ties ${head.replaceAll(".", "\\.")} to the embeddings.*so that of the file is used`), [
        "generate",
      ]);
    },
  );

  test("two tables of embeddings that differ are refused", async () => {
    const folder = changed("t5-conditional", (tensors) => {
      const { shape, data } = tensors["shared.weight"]!;
      tensors["encoder.embed_tokens.weight"] = { shape, data: Float32Array.from(data, (value) => value / 10) };
      tensors["decoder.embed_tokens.weight"] = { shape, data };
      delete tensors["shared.weight"];
    });
    await allSay(folder, "t5-conditional", /different embeddings in decoder\.embed_tokens\.weight and encoder\.embed_tokens\.weight/);
  });
});

describe("a missing folder", () => {
  test("a file, a name that is nearly right, the folder above", async () => {
    const folder = changed("bert-masked-lm", () => {});
    cpSync(folder, join(root, "above", "bert"), { recursive: true });
    const said = async (path: string) => (await pretrain(root, "inspect", path, "--text", "a")).stderr;
    expect(await said("checkpoint/model.safetensors")).toMatch(/is a file, but a checkpoint is a folder/);
    expect(await said("chekpoint")).toMatch(/there is no folder chekpoint.*did you mean checkpoint\?/);
    expect(await said("above")).toMatch(/did you mean above\/bert\?/);
    expect(await said("abvoe/bert")).toMatch(/did you mean above\/bert\?/);
    const checked = async (path: string) => {
      writeFileSync(join(root, "a.pretrain"), `model m { checkpoint: "${path}" }\n`);
      return (await checkedProblems(join(root, "a.pretrain"))).map(problemLine).join("\n");
    };
    expect(await checked("checkpoint/model.safetensors")).toMatch(/is a file, but a checkpoint is a folder/);
    expect(await checked("chekpoint")).toMatch(/Did you mean .*\/checkpoint\?/);
    expect(await checked("above")).toMatch(/Did you mean .*\/above\/bert\?/);
    expect(await checked("abvoe/bert")).toMatch(/Did you mean .*\/above\/bert\?/);
  }, 30_000);
});

function edit(folder: string, settings: object): void {
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), ...settings }));
}
