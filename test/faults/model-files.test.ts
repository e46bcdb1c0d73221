import { expect, test } from "vitest";
import { tryCases } from "../../bench/faults/campaign.ts";
import { modelFiles } from "../../bench/faults/model-files.ts";

test("checkpoints with a change in one of their files are used, or refused with a message", async () => {
  const failed: string[] = [];
  const kinds = new Set<string>();
  for await (const { index, kind, failure } of tryCases(modelFiles, { seed: 1, from: 0, to: 60 })) {
    kinds.add(kind);
    // times are for the campaign itself
    if (failure !== undefined && !failure.startsWith("took ")) failed.push(`case ${index}: ${kind}: ${failure}`);
  }
  expect(failed).toEqual([]);
  expect([...kinds].some((kind) => kind.endsWith(": told"))).toBe(true);
}, 120_000);
