import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Architecture } from "#runtime/contract/spec.ts";
import { openDocumentLengths } from "#runtime/encoding/document-lengths.ts";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { evaluationWindows, trainingWindows } from "#runtime/encoding/windows.ts";
import { expectedSequence } from "#runtime/objectives/expected-sequence.ts";
import { exampleOf, layoutOf, reachOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { type Random, random } from "#runtime/random/random.ts";
import {
  carried,
  causal,
  contrastive,
  denoising,
  deshuffling,
  masked,
  prefix,
  replacedToken,
  spanCorruption,
  vocabulary,
} from "./helpers.ts";

const lengths = [5, 12, 25, 60, 500];
const context = 64;

/** Words of a document. */
const mixtures: [string, (from: Random) => number][] = [
  ...lengths.map((length): [string, (from: Random) => number] => [
    `about ${length} words`,
    (from) => Math.ceil(length / 3) + from.below(Math.round((4 * length) / 3)),
  ]),
  ["10 words each", () => 10],
  ["one sentence, and now and then of 24", (from) => (from.below(10) === 0 ? 24 * 9 : 4 + from.below(9))],
  ["2 or 300 words", (from) => (from.below(2) === 0 ? 2 : 300)],
];

/** Documents of so many tokens, all tokens of text different: a token's number is its position. */
function corpus(length: number, documents: number): { stream: TokenStream; text: number } {
  const tokens: number[] = [];
  for (let document = 0; document < documents; document++) {
    tokens.push(vocabulary.begin);
    for (let i = 0; i < length; i++) tokens.push(numbered.firstOrdinary + document * length + i);
    tokens.push(vocabulary.end);
  }
  const stream = { length: tokens.length, read: (start: number, count: number) => Int32Array.from(tokens.slice(start, start + count)) };
  return { stream: { ...stream, close() {} }, text: length * documents };
}

const numbered = { ...vocabulary, firstOrdinary: 5, endOrdinary: 100_000, firstSentinel: 100_000, size: 100_050 };

/** Shares of the text's tokens that some sequence of an epoch has, and of the positions that are no padding. */
function measured(objective: TextObjectiveSettings, architecture: Architecture, length: number) {
  const { stream, text } = corpus(length, Math.ceil(3000 / length));
  const layout = layoutOf(objective, { architecture, context });
  const windows = evaluationWindows(stream, layout, undefined, reachOf(objective, layout, numbered));
  const kept = new Set<number>();
  let [read, positions] = [0, 0];
  for (let index = 0; index < windows.count; index++) {
    const example = exampleOf(objective, windows.at(index), layout, numbered, random(1, index), undefined);
    const sides = [example, example.decoder, example.view].filter((side) => side !== undefined);
    for (const token of [...sides.flatMap(({ tokens }) => tokens), ...example.targets])
      if (token >= numbered.firstOrdinary && token < numbered.firstOrdinary + text) kept.add(token);
    read += sides.reduce((sum, { tokens }) => sum + tokens.length, 0);
    positions += layout.context * (example.view ? 2 : 1) + layout.decoderContext;
  }
  return { kept: kept.size / text, filled: read / positions };
}

test.each(carried)("%o in %s keeps the text, however long its documents are", (objective, architecture) => {
  // tokens that are replaced at random would count as lost
  const seen = { ...objective, ...("random" in objective ? { random: 0, keep: 0.2 } : {}) } as TextObjectiveSettings;
  for (const length of lengths) expect(measured(seen, architecture, length).kept, `documents of ${length}`).toBeGreaterThanOrEqual(0.95);
});

test("docs/objectives.md says what is kept and what is filled", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/objectives.md"), "utf8");
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  const whole = { ...masked, random: 0, keep: 0.2 };
  const rows: [string, TextObjectiveSettings, Architecture][] = [
    ["`causal`", causal, "decoder"],
    ["`prefix`", prefix, "decoder"],
    ["`prefix`", prefix, "encoder-decoder"],
    ["`masked`", whole, "encoder"],
    ["`masked`", whole, "encoder-decoder"],
    ["`masked { sentences: next }`", { ...whole, sentences: "next" }, "encoder"],
    ["`replaced_token`", replacedToken, "encoder"],
    ["`span_corruption`", spanCorruption, "decoder"],
    ["`span_corruption`", spanCorruption, "encoder-decoder"],
    ["`denoising`", denoising, "encoder-decoder"],
    ["`deshuffling`", deshuffling, "encoder-decoder"],
    ["`contrastive`", contrastive, "encoder"],
    ["`contrastive { views: neighbours }`", { ...contrastive, views: "neighbours" }, "encoder"],
  ];
  const missing = rows
    .map(([name, objective, architecture]) => {
      const cells = lengths.map((length) => {
        const { kept, filled } = measured(objective, architecture, length);
        return `${percent(kept)}, ${percent(filled)}`;
      });
      return `| ${name} | ${architecture} | ${cells.join(" | ")} |`;
    })
    .filter((row) => !page.includes(row));
  expect(missing, "rows that the page lacks").toEqual([]);
});

describe.each(carried)("windows of %o in %s", (objective, architecture) => {
  const layout = layoutOf(objective, { architecture, context });
  const reach = reachOf(objective, layout, numbered);
  const { stream } = corpus(12, 60);

  test.runIf(reach)("read each token once an epoch, from another place and in another order each time", () => {
    const windows = trainingWindows(stream, layout, { seed: 3, part: 0 }, reach);
    const starts: number[][] = [];
    for (let index = 0, epoch = 0; epoch < 3; epoch++) {
      const tokens: number[] = [];
      starts.push([]);
      for (; tokens.length < stream.length; index++) {
        const window = windows.at(index);
        starts.at(-1)!.push(window[0]!);
        tokens.push(...window);
      }
      expect(tokens.toSorted((a, b) => a - b)).toEqual([...stream.read(0, stream.length)].sort((a, b) => a - b));
    }
    expect(starts[0]).not.toEqual(starts[1]);
  });

  test("are a function of their index, in whatever order they are asked for", () => {
    const order = [0, 1, 2, 40, 41, 7, 300, 0];
    const of = (seed: number) => trainingWindows(stream, layout, { seed, part: 1 }, reach);
    const [all, again] = [of(5), order.map((index) => of(5).at(index))];
    expect(order.map((index) => all.at(index))).toEqual(again);
    expect(of(6).at(3)).not.toEqual(all.at(3));
  });

  test.each(mixtures)("take what the plan counts with, of documents of %s", (_, lengthOf) => {
    const from = random("lengths");
    const documents: number[] = [];
    const tokens: number[] = [];
    while (tokens.length < 60_000) {
      const words = lengthOf(from);
      documents.push(words + 2);
      tokens.push(vocabulary.begin, ...Array.from({ length: words }, () => numbered.firstOrdinary), vocabulary.end);
    }
    const stream = { length: tokens.length, read: (start: number, count: number) => Int32Array.from(tokens.slice(start, start + count)) };
    const windows = trainingWindows({ ...stream, close() {} }, layout, { seed: 3, part: 0 }, reach);
    const sequences = 500;
    let read = 0;
    for (let index = 0; index < sequences; index++) {
      const example = exampleOf(objective, windows.at(index), layout, numbered, random(2, index), windows.unrelated(index));
      for (const side of [example, example.decoder, example.view]) read += side?.tokens.length ?? 0;
    }
    const counted = openDocumentLengths();
    for (const length of documents) {
      counted.begin();
      counted.add(length);
    }
    const expected = expectedSequence(objective, { architecture, context }, counted.found()).tokens;
    expect(Math.abs(read / sequences / expected - 1), `${read / sequences}, ${expected}`).toBeLessThan(0.04);
  });
});
