import { expect, test } from "vitest";
import { tableColumns } from "#client/webviews/comparison/score-columns.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";

test("a cell may have any name, also one that objects have", () => {
  const names = ["constructor", "__proto__", "toString"];
  const same = { flops: 1e9, steps: 10, parameters: 100, embeddings: 10, seconds: 1 };
  const result = {
    matched: { match: "flops", cells: names.map((cell, i) => ({ ...same, cell, tokens: 1000 * (i + 1) })) },
    summary: [],
    missing: [],
    verdicts: [],
  } as unknown as ComparisonResult;
  const tokens = tableColumns(result, [{ label: "rate", values: JSON.parse('{"__proto__": "1e-3"}') }]).find(
    ({ label }) => label === "tokens",
  )!;
  expect(names.map((name) => tokens.order[name])).toEqual([1000, 2000, 3000]);
  expect(tokens.order.hasOwnProperty).toBeUndefined();
});
