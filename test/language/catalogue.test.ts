import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { format } from "#language/index.ts";
import { catalogue, type Key, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { referencePage } from "../../tools/generate-reference.ts";

test("the reference page is what the catalogue says", () => {
  expect(readFileSync(new URL("../../docs/reference.md", import.meta.url), "utf8")).toBe(referencePage());
});

describe("every text in the catalogue is in the language", () => {
  test.each([...catalogue.declarations, ...catalogue.options].map(({ example }) => example))("%s", (example) => {
    expect(format(/^(optimizer|train|as|baselines|from):/.test(example) ? `finetune f { ${example} }` : example)).toHaveProperty("text");
  });

  test.each(allKeys().map((key) => [key.name, key.default, key.example]))("%s: %s", (name, value, example) => {
    if (value !== undefined) expect(format(`model m { ${name}: ${value} }`)).toHaveProperty("text");
    if (example !== undefined) expect(format(`model m { ${example} }`)).toHaveProperty("text");
  });
});

function allKeys(): Key[] {
  return [...catalogue.declarations, ...catalogue.options].flatMap(({ keys }) => keys.flatMap((key) => [key, ...keysIn(key.value)]));
}

function keysIn(type: ValueType): Key[] {
  if (type.type === "block") return type.keys.flatMap((key) => [key, ...keysIn(key.value)]);
  return type.type === "list" ? keysIn(type.of) : [];
}
