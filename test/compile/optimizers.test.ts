import { expect, it } from "vitest";
import { check } from "#runtime/compile/check-specification.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { adamw, compare, files, pretrain, specOf } from "./fixtures.ts";

const { epsilon: _, ...common } = adamw as Extract<OptimizerSpec, { kind: "adamw" }>;
const lion: OptimizerSpec = { ...common, kind: "lion" };
const vary = (key: "epsilon" | "beta2") => compare({ vary: [{ key, values: [0.1, 0.2].map((value) => ({ label: `${value}`, value })) }] });

it("a setting that the optimiser does not have is not varied", () => {
  const problems = (optimizer: OptimizerSpec, key: "epsilon" | "beta2") =>
    check(specOf({ pretrainings: { base: pretrain({ optimizer }) }, comparisons: { which: vary(key) } }), files).filter(
      ({ severity }) => severity === "error",
    );
  expect(problems(adamw, "epsilon")).toEqual([]);
  expect(problems(lion, "beta2")).toEqual([]);
  expect(problems(lion, "epsilon")).toMatchObject([{ code: "not-of-optimizer", path: ["comparisons", "which", "vary epsilon"] }]);
  expect(problems(lion, "epsilon")[0]!.message).toContain("lion, which has no epsilon");
});
