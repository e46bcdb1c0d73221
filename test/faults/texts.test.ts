import { expect, onTestFinished, test } from "vitest";
import { type Campaign, tryCases } from "../../bench/faults/campaign.ts";
import { edits, endEdits } from "../../bench/faults/edits.ts";
import { texts } from "../../bench/faults/texts.ts";

/** What failed of the first cases; how long a case takes is for the campaign itself, on a machine with nothing else to do. */
async function failures(campaign: Campaign, cases: number): Promise<string[]> {
  const failed: string[] = [];
  for await (const { index, kind, failure } of tryCases(campaign, { seed: 2, from: 0, to: cases }))
    if (failure !== undefined && !/ took \d|^took \d/.test(failure)) failed.push(`case ${index}: ${kind}: ${failure}`);
  return failed;
}

test("texts with changes are problems or plans, and formatting keeps what they say", { timeout: 120_000 }, async () => {
  expect(await failures(texts, 16)).toEqual([]);
});

test("the server answers beside edits of all kinds", { timeout: 120_000 }, async () => {
  onTestFinished(endEdits);
  expect(await failures(edits, 100)).toEqual([]);
});
