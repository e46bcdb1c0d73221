import { expect, it } from "vitest";
import { check } from "#runtime/compile/check-specification.ts";
import type { ComparisonSpec, OptimizerSpec } from "#runtime/contract/spec.ts";
import { otherOptimizers } from "../programs/small.ts";
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

it("a setting that has no effect is neither varied nor searched", () => {
  const problems = (over: Partial<OptimizerSpec>, which: ComparisonSpec) =>
    check(
      specOf({
        pretrainings: { base: pretrain({ optimizer: { ...otherOptimizers.adafactor, ...over } as OptimizerSpec }) },
        comparisons: { which },
      }),
      files,
    ).filter(({ severity }) => severity === "error");
  const values = [0.1, 0.2].map((value) => ({ label: `${value}`, value }));
  const rates = compare({ vary: [{ key: "learning_rate", values }] });
  expect(problems({}, rates)).toEqual([]);
  expect(problems({ relativeStep: true }, rates)).toMatchObject([
    {
      code: "setting-without-effect",
      path: ["comparisons", "which", "vary learning_rate"],
      message: "learning_rate has no effect with relative_step: true, which base has. Give it relative_step: false, or leave this out.",
    },
  ]);
  const search = { learningRates: [0.1, 0.2] };
  expect(problems({ relativeStep: true }, compare({ search }))).toMatchObject([{ path: ["comparisons", "which", "search"] }]);
  const floors = compare({ vary: [{ key: "final_learning_rate", values }] });
  expect(problems({ schedule: "constant" }, floors)).toMatchObject([{ code: "setting-without-effect" }]);
  // a cell has another schedule
  const both = ["constant", "linear"].map((value) => ({ label: value, value }));
  expect(
    problems(
      { schedule: "constant" },
      compare({
        vary: [
          { key: "schedule", values: both },
          { key: "final_learning_rate", values },
        ],
      }),
    ),
  ).toEqual([]);
});
