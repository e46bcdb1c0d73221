import { describe, expect, test } from "vitest";
import { type Choice, catalogue, type Key, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { read } from "./repository.ts";

const reference = read("docs/reference.md");

/** A sentence that helps: not empty, and ended. */
const sentence = /^\S.*[.?)]$/s;

describe("every declaration, option and metric has help, an example, and a place in the reference page", () => {
  test.each(catalogue.declarations.map((each) => [each.kind, each] as const))("%s", (kind, { help, example }) => {
    expect(help).toMatch(sentence);
    expect(example).not.toBe("");
    expect(reference).toContain(`\n## ${kind}\n`);
  });

  test.each(catalogue.options.map((each) => [`${each.family} ${each.name}`, each] as const))("%s", (_, { name, help, example }) => {
    expect(help).toMatch(sentence);
    expect(example).not.toBe("");
    expect(reference).toMatch(new RegExp(`\n### \\w+: ${name}\n\n${escaped(help.slice(0, 20))}`));
  });

  test.each(catalogue.metrics.map((each) => [each.name, each] as const))("%s", (name, { help }) => {
    expect(help).toMatch(sentence);
    expect(reference).toContain(`\n- \`${name}\` (`);
  });
});

describe("every key has a type, help, and a line in the reference page", () => {
  const owners = [
    ...catalogue.declarations.map(({ kind, keys }) => [kind, keys] as const),
    ...catalogue.options.map(({ name, keys }) => [name, keys] as const),
  ];
  const keys = owners.flatMap(([owner, owned]) =>
    owned.flatMap((key) => [key, ...keysIn(key.value)]).map((key) => [`${owner}.${key.name}`, key] as const),
  );

  test.each(keys)("%s", (_, { name, help, value }) => {
    expect(help).toMatch(sentence);
    expect(value.type).not.toBe("");
    expect(reference).toContain(`- \`${name}\`: `);
    for (const choice of choicesIn(value)) {
      expect(choice.help).toMatch(sentence);
      expect(reference).toContain(`- \`${choice.name}\`: ${choice.help}`);
    }
  });
});

test("every objective says who can carry it, and where it comes from unless it is made of others", () => {
  const objectives = catalogue.options.filter(({ family }) => family === "objective");
  expect(objectives.length).toBeGreaterThan(5);
  for (const { name, architectures, weighted, source, keys } of objectives) {
    const fromOthers = weighted === true || keys.some(({ value }) => value.type === "reference");
    if (fromOthers) continue;
    expect.soft(architectures?.length, `architectures of ${name}`).toBeGreaterThan(0);
    expect.soft(source, `source of ${name}`).toBeTruthy();
  }
});

function keysIn(type: ValueType): readonly Key[] {
  if (type.type === "block") return type.keys.flatMap((key) => [key, ...keysIn(key.value)]);
  if (type.type === "either") return type.of.flatMap(keysIn);
  return type.type === "list" ? keysIn(type.of) : [];
}

function choicesIn(type: ValueType): readonly Choice[] {
  if (type.type === "choice") return type.of;
  if (type.type === "either") return type.of.flatMap(choicesIn);
  return type.type === "list" ? choicesIn(type.of) : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
