import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "#runtime/checkpoints/checkpoint.ts";
import { verify } from "#runtime/checkpoints/verify.ts";
import { readSafetensors, type StoredTensors, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { checkpointIn } from "./example.ts";
import { folderOf } from "./folders.ts";

const query = "bert.encoder.layer.0.attention.self.query.weight";

function rewritten(change: (tensors: StoredTensors["tensors"]) => void): string {
  const folder = checkpointIn(temporaryFolder());
  const path = join(folder, "model.safetensors");
  const { tensors } = readSafetensors(path);
  change(tensors);
  writeSafetensors(path, tensors);
  return folder;
}

const read = (folder: string) => {
  const checkpoint = openCheckpoint(folder);
  return checkpoint.read(checkpoint.parameters);
};

describe("a checkpoint that is not whole is refused with the file and the remedy", () => {
  test("cut short", () => {
    const folder = checkpointIn(temporaryFolder());
    const path = join(folder, "model.safetensors");
    truncateSync(path, readFileSync(path).length - 100);
    expect(() => read(folder)).toThrow(
      /model\.safetensors is not a whole safetensors file: .* the file was truncated\. Download or copy the checkpoint again/,
    );
  });

  test("a tensor of another shape", () => {
    const folder = rewritten((tensors) => {
      tensors[query] = { shape: [16, 32], data: new Float32Array(512) };
    });
    expect(() => read(folder)).toThrow(`tensor ${query} has the shape [16,32], but config.json implies [32,32]`);
    expect(() => read(folder)).toThrow(/Download or copy the checkpoint again/);
  });

  test("a tensor that is missing", () => {
    const folder = rewritten((tensors) => {
      delete tensors[query];
    });
    expect(() => read(folder)).toThrow(`has no tensor ${query}, which BERT needs (its config.json says so). Download or copy`);
  });

  test("a shard that is missing", () => {
    const folder = checkpointIn(temporaryFolder());
    writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: { a: "model-00001-of-00002.safetensors" } }));
    rmSync(join(folder, "model.safetensors"));
    expect(() => read(folder)).toThrow(/model-00001-of-00002\.safetensors is missing, although model\.safetensors\.index\.json names it/);
  });
});

describe("permitted differences do not prevent reading", () => {
  test("shards, names without the prefix and old names of norms", () => {
    const whole = readSafetensors(join(folderOf("bert-masked-lm"), "model.safetensors")).tensors;
    const expected = read(folderOf("bert-masked-lm"));
    const folder = checkpointIn(temporaryFolder());
    const renamed = Object.entries(whole).map(([name, tensor]) => {
      const old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
      return [old.replace(/^bert\./, ""), tensor] as const;
    });
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const inShard = (shard: number) => renamed.filter((_, i) => i % 2 === shard);
    for (const [i, shard] of shards.entries()) writeSafetensors(join(folder, shard), Object.fromEntries(inShard(i)));
    const map = Object.fromEntries(shards.flatMap((shard, i) => inShard(i).map(([name]) => [name, shard])));
    writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
    const withoutWhole = join(temporaryFolder(), "sharded");
    cpSync(folder, withoutWhole, { recursive: true });
    rmSync(join(withoutWhole, "model.safetensors"));
    expect(read(withoutWhole)).toEqual(expected);
  });
});

test("a batch that does not fit the model is refused", async () => {
  const folder = folderOf("bert-masked-lm");
  const batch = join(temporaryFolder(), "batch.safetensors");
  const expected = join(folder, "expected.safetensors");
  const run = () => verify(folder, { batch, expected, tolerance: 1e-4, engine: "cpu" });
  writeSafetensors(batch, { input_ids: { shape: [1, 2], data: Int32Array.of(5, 96) } });
  await expect(run()).rejects.toThrow("input_ids has 96; expected 0 to 95");
  writeSafetensors(batch, { input_ids: { shape: [1, 2], data: Int32Array.of(5, 6) }, pixels: { shape: [1], data: Int32Array.of(1) } });
  await expect(run()).rejects.toThrow(/has pixels; input_ids, attention_mask, .* are understood/);
  writeSafetensors(batch, { input_ids: { shape: [1, 2], data: Int32Array.of(5, 6) } });
  await expect(run()).rejects.toThrow(/has gradients, but .* no labels/);
});
