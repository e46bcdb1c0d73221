import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import peers from "./peer-tokenizers.json" with { type: "json" };

/** peer-tokenizers.json: tokenizers as other programs save them, with the ids that Hugging Face's library gives (peer-tokenizers.py). */
describe.each(peers.cases.map((each) => [each.name, each] as const))("%s", (_, { tokenizer: json, ids, decoded }) => {
  const opened = () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
    return openTokenizer(folder);
  };

  test("normalises, parts and encodes texts as the library does, alone and together", async () => {
    const tokenizer = opened();
    const isHidden = (text: string) => json.model.type === "Unigram" && text.includes("<s>");
    const texts = peers.texts.map((text, i) => ({ text, ids: ids[i]! })).filter(({ text }) => !isHidden(text));
    for (const { text, ids: requested } of texts) expect.soft(Array.from(await tokenizer.encode(text)), text).toEqual(requested);
    const together = await tokenizer.encodeBatch(texts.map(({ text }) => text));
    expect(together.map((each) => Array.from(each))).toEqual(texts.map((each) => each.ids));
  });

  test("decodes as the library does", () => {
    const tokenizer = opened();
    const { firstOrdinary, endOrdinary } = tokenizer.vocabulary;
    peers.texts.forEach((text, i) => {
      if (!json.decoder || ids[i]!.some((id) => id < firstOrdinary || id >= endOrdinary)) return;
      expect.soft(tokenizer.decode(ids[i]!), text).toBe(decoded[i]);
    });
  });
});
