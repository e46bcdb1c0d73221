import { expect, test } from "vitest";
import { type Campaign, type CaseRecord, tryCases } from "../../bench/faults/campaign.ts";
import { corruptions } from "../../bench/faults/corruptions.ts";
import { diskFull } from "../../bench/faults/disk-full.ts";
import { fullFileSystem } from "../../bench/faults/full-file-system.ts";
import { kills } from "../../bench/faults/kills.ts";

interface Slice {
  campaign: Campaign;
  from: number;
  to: number;
}

/** Some cases of each campaign; the whole ones are started by hand. Of the kills those of pre-trainings. */
test.each<Slice>([
  { campaign: kills, from: 4, to: 5 },
  { campaign: diskFull, from: 0, to: 2 },
  { campaign: fullFileSystem, from: 0, to: 1 },
  { campaign: corruptions, from: 0, to: 4 },
])("cases of $campaign.name", { timeout: 600_000 }, async ({ campaign, from, to }) => {
  const records: CaseRecord[] = [];
  // here others may keep the machine busy
  const { seconds: _, ...patient } = campaign;
  for await (const record of tryCases(patient, { seed: 2, from, to })) records.push(record);
  expect(records.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(records).toHaveLength(to - from);
});
