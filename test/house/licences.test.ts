import { expect, test } from "vitest";
import { goesWithMit, productionLicences } from "../../tools/licences.ts";

test("installed packages have licences that are compatible with MIT", () => {
  const all = productionLicences();
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(({ licence }) => !goesWithMit(licence))).toEqual([]);
});

test("a choice of licences is as good as its best, several at once as their worst", () => {
  expect(["MIT", "(MIT OR GPL-2.0)", "MIT AND ISC"].every(goesWithMit)).toBe(true);
  expect(["GPL-3.0", "MIT AND GPL-2.0", "none", "UNLICENSED"].some(goesWithMit)).toBe(false);
});
