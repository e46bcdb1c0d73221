import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type Random, random } from "#runtime/random/random.ts";

/** A kind of fault, tried in many cases. A case depends only on the seed and its index, so that it can be repeated alone. */
export interface Campaign {
  /** Name of the file with the results. */
  name: string;
  /** Number of cases in a whole campaign. */
  cases: number;
  /** Maximum duration of a case in seconds. If absent, the case's own code enforces it. */
  seconds?: number;
  /** Tries one case. An exception is a failure too, with its message. */
  run(index: number, random: Random): Promise<CaseOutcome> | CaseOutcome;
}

export interface CaseOutcome {
  /** The fault and its outcome in a few words, for counting: `truncate model.safetensors: told`. */
  kind: string;
  /** Number of injected faults, if not one. */
  faults?: number;
  /** The failure; absent if there was none. */
  failure?: string;
}

export interface CaseRecord extends CaseOutcome {
  index: number;
  seconds: number;
}

/** Tries a range of cases one after another, and yields each record as it is complete. */
export async function* tryCases(
  campaign: Campaign,
  options: { seed: number; from: number; to: number; skip?: ReadonlySet<number> },
): AsyncGenerator<CaseRecord> {
  for (let index = options.from; index < options.to; index++) {
    if (options.skip?.has(index)) continue;
    const begin = performance.now();
    const outcome = await tried(campaign, index, random(options.seed, campaign.name, index));
    const seconds = (performance.now() - begin) / 1000;
    const late = campaign.seconds !== undefined && seconds > campaign.seconds && outcome.failure === undefined;
    yield { index, ...outcome, ...(late ? { failure: `took ${seconds.toFixed(1)} s` } : {}), seconds };
  }
}

/**
 * The command line of a campaign: `[--seed N] [--from N] [--cases N] [--fresh]`. Writes records to `bench/faults/data`, one line per case;
 * an interrupted campaign continues after the last record. Prints the failures and the figures. The exit code is 1 if a case failed.
 */
export async function runCampaign(campaign: Campaign): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      from: { type: "string", default: "0" },
      cases: { type: "string", default: String(campaign.cases) },
      fresh: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  const from = Number(values.from);
  const to = from + Number(values.cases);
  const path = join(import.meta.dirname, "data", `${campaign.name}-${seed}.jsonl`);
  if (values.fresh) rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const records = readRecords(path).filter(({ index }) => index >= from && index < to);
  const skip = new Set(records.map(({ index }) => index));
  for await (const record of tryCases(campaign, { seed, from, to, skip })) {
    appendFileSync(path, `${JSON.stringify(record)}\n`);
    records.push(record);
    if (record.failure !== undefined) console.error(`case ${record.index}: ${record.kind}: ${record.failure}`);
  }
  console.log(figures(campaign.name, seed, records));
  if (records.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

/** A campaign's figures as Markdown: the numbers of cases and failures by kind, and durations. */
export function figures(name: string, seed: number, records: readonly CaseRecord[]): string {
  const kinds = Map.groupBy(records, ({ kind }) => kind);
  const seconds = records.map((record) => record.seconds).sort((a, b) => a - b);
  const at = (share: number) => (seconds[Math.min(seconds.length - 1, Math.floor(share * seconds.length))] ?? 0).toFixed(3);
  const faults = records.some((record) => record.faults !== undefined)
    ? ` with ${records.reduce((sum, record) => sum + (record.faults ?? 1), 0)} faults`
    : "";
  const failed = records.filter(({ failure }) => failure !== undefined).length;
  return [
    `${name}, seed ${seed}: ${records.length} cases${faults}, ${failed} failed; median ${at(0.5)} s, 99% ${at(0.99)} s, longest ${at(1)} s`,
    "",
    "| case | cases | failed |",
    "|---|---|---|",
    ...[...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, of]) => `| ${kind} | ${of.length} | ${of.filter(({ failure }) => failure !== undefined).length} |`),
  ].join("\n");
}

async function tried(campaign: Campaign, index: number, from: Random): Promise<CaseOutcome> {
  try {
    return await campaign.run(index, from);
  } catch (error) {
    return { kind: "exception", failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Reads the records. An incomplete last line, left when the campaign was killed, is dropped and its case tried again. */
function readRecords(path: string): CaseRecord[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as CaseRecord);
}
