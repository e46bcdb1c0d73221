import { expect, test } from "vitest";
import { tryCases } from "../../bench/faults/campaign.ts";
import { dataFiles } from "../../bench/faults/data-files.ts";

test("files of tasks and corpora with a change are read, or refused with a problem", async () => {
  const failed: string[] = [];
  const kinds: string[] = [];
  for await (const { index, kind, failure } of tryCases(dataFiles, { seed: 2, from: 0, to: 75 })) {
    kinds.push(kind);
    // times are for the campaign itself
    if (failure !== undefined && !/took \d/.test(failure)) failed.push(`case ${index}: ${kind}: ${failure}`);
  }
  expect(failed).toEqual([]);
  for (const end of ["read", "told"]) expect(kinds.some((kind) => kind.endsWith(`: ${end}`))).toBe(true);
}, 120_000);
