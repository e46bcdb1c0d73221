import { expect, test } from "vitest";
import { tryCases } from "../../bench/faults/campaign.ts";
import { tokenizerFiles } from "../../bench/faults/tokenizer-files.ts";

test("tokenizers with a change in their file are used, or refused with a message", async () => {
  const failed: string[] = [];
  const kinds = new Set<string>();
  // times are for the campaign itself
  const { seconds: _, ...campaign } = tokenizerFiles;
  for await (const { index, kind, failure } of tryCases(campaign, { seed: 1, from: 0, to: 150 })) {
    kinds.add(kind);
    if (failure !== undefined) failed.push(`case ${index}: ${kind}: ${failure}`);
  }
  expect(failed).toEqual([]);
  expect([...kinds].some((kind) => kind.endsWith(": told"))).toBe(true);
}, 120_000);
