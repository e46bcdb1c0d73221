import { expect, test } from "vitest";
import { type Campaign, type CaseRecord, tryCases } from "../../bench/faults/campaign.ts";
import { corruptions } from "../../bench/faults/corruptions.ts";
import { diskFull } from "../../bench/faults/disk-full.ts";
import { fullFileSystem } from "../../bench/faults/full-file-system.ts";
import { kills } from "../../bench/faults/kills.ts";

/** The first cases of each campaign; the whole ones are started by hand. */
test.each([
  { campaign: kills, cases: 2 },
  { campaign: diskFull, cases: 3 },
  { campaign: fullFileSystem, cases: 1 },
  { campaign: corruptions, cases: 6 },
])("cases of $campaign.name", { timeout: 600_000 }, async ({ campaign, cases }: { campaign: Campaign; cases: number }) => {
  const records: CaseRecord[] = [];
  // here others may keep the machine busy
  const { seconds: _, ...patient } = campaign;
  for await (const record of tryCases(patient, { seed: 2, from: 0, to: cases })) records.push(record);
  expect(records.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(records).toHaveLength(cases);
});
