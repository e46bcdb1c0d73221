import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tokenizerEntries } from "#runtime/models/checkpoints/tokenizer-entries.ts";
import { disk } from "#runtime/runs/disk.ts";
import { checkpointTokenizer } from "#runtime/tokenizers/adopt.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { encodeWhole } from "#runtime/tokenizers/whole.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import peers from "./companions.json" with { type: "json" };

// Transformers 5.24 on the same files: companions.py
test.each(peers.cases.map((each) => [each.name, each] as const))("%s", async (_, { files, entries, ids }) => {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  expect(tokenizerEntries(folder, disk)).toBe(entries);
  const json = checkpointTokenizer(folder);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const tokenizer = openTokenizer(folder);
  expect(tokenizer.vocabulary.size).toBe(entries);
  for (const [i, text] of peers.texts.entries()) {
    const whole = (await encodeWhole(json, text, folder)).ids;
    expect(whole, text).toEqual(ids[i]);
    // what training reads of it, without the first and the last
    expect(Array.from(await tokenizer.encode(text)), text).toEqual(whole.slice(1, -1));
  }
});
