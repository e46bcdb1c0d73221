import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { format } from "#language/index.ts";
import { analyseText } from "./project.ts";

const examples = ["which-objective.pretrain", "adapt-bert.pretrain"].map((name) =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"),
);

// Langium catches what a rule throws and writes it to the console.
let consoleError: MockInstance;
beforeEach(() => {
  consoleError = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => consoleError.mockRestore());

test("a text that breaks off anywhere has problems and no crash", async () => {
  for (const example of examples) {
    for (let length = 0; length < example.length; length += 97) await survives(example.slice(0, length));
  }
});

test("a text with a token or two taken out, doubled or swapped has no crash", async () => {
  const random = generator(7);
  for (let round = 0; round < 60; round++) {
    const tokens = examples[round % examples.length]!.split(/(\s+|[{}[\]:,.])/);
    for (let change = 0; change < 2; change++) mutate(tokens, random);
    await survives(tokens.join(""));
  }
});

test("formatting keeps the meaning for the parser, whatever the layout was", () => {
  const random = generator(11);
  let formatted = 0;
  for (let round = 0; round < 60; round++) {
    const tokens = examples[round % examples.length]!.split(/(\s+)/);
    const shuffled = tokens.map((token) => (/^\s+$/.test(token) && random() < 0.3 ? relaid(token, random) : token)).join("");
    const once = format(shuffled);
    if (!("text" in once)) continue;
    formatted++;
    expect(format(once.text)).toEqual(once);
    expect(letters(once.text)).toBe(letters(shuffled));
  }
  expect(formatted).toBeGreaterThan(10);
});

async function survives(text: string): Promise<void> {
  const { analysis } = await analyseText(text);
  expect(consoleError.mock.calls, text).toEqual([]);
  for (const { line, column } of analysis.problems) expect([line > 0, column > 0], text).toEqual([true, true]);
  const errors = analysis.problems.some(({ severity }) => severity === "error");
  expect(analysis.spec !== null || errors, text).toBe(true);
  const result = format(text);
  if ("text" in result) expect(format(result.text), text).toEqual(result);
}

function mutate(tokens: string[], random: () => number): void {
  const [at, other] = [Math.floor(random() * tokens.length), Math.floor(random() * tokens.length)];
  const kind = random();
  if (kind < 0.4) tokens.splice(at, 1);
  else if (kind < 0.7) tokens.splice(at, 0, tokens[other]!);
  else [tokens[at], tokens[other]] = [tokens[other]!, tokens[at]!];
}

/** More space, or a new line; the other way round a new line stays, as it may end a comment. */
function relaid(space: string, random: () => number): string {
  return random() < 0.5 ? `${space} ` : `${space}\n  `;
}

/** All but white space and commas, which the formatter sets. */
function letters(text: string): string {
  return [...text.replaceAll(/[\s,]/g, "")].sort().join("");
}

/** Mulberry32: the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
