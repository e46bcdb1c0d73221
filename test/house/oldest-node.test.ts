import { expect, test } from "vitest";
import { read, sources } from "./repository.ts";

/** What Node 20, the oldest that package.json allows, does not have. */
const newer = /\b(?:(?:Map|Object)\.groupBy\(|Promise\.(?:try|withResolvers)\b|Array\.fromAsync\b|import\.meta\.main\b|RegExp\.escape\b)/;

test("shipped code runs on the oldest supported Node", () => {
  const shipped = sources.filter((path) => /^(?:runtime|language|server|client)\//.test(path));
  expect(shipped.length).toBeGreaterThan(400);
  expect(shipped.filter((path) => newer.test(read(path)))).toEqual([]);
});
