import { expect, it } from "vitest";
import { problemsOf as everyProblemOf } from "#runtime/compile/specification-problems.ts";
import { compare, corpus, files, masked, model, objectives, pretrain, specOf, tokenizer } from "../fixtures.ts";
import { type Change, expectRefused, problemsOf, type Refused } from "./helpers.ts";

const errors: Refused[] = [
  // models
  {
    what: "heads that do not divide the width",
    change: { models: { small: model({ hidden: 32, heads: 5 }) } },
    code: "heads-do-not-divide",
    path: ["models", "small", "heads"],
    says: ["5 heads", "32", "4 or 8", "hidden: 35"],
    fixes: ["4", "8"],
  },
  {
    what: "rotary positions in heads of odd width",
    change: { models: { small: model({ hidden: 36, heads: 4, position: "rotary" }) } },
    code: "rotary-odd-width",
    path: ["models", "small", "position"],
    says: ["gives 9"],
    fixes: ["learned", "sinusoidal", "relative"],
  },
  // objectives
  {
    what: "mask, random and keep that do not add up",
    change: { objectives: { mlm: { ...masked, mask: 0.9 } } },
    code: "shares-do-not-add-up",
    path: ["objectives", "mlm", "mask"],
    says: ["90%, 10% and 10% make 110%"],
  },
  {
    what: "a mixture that does not add up",
    change: {
      objectives: {
        mix: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.25, objective: "prefix" },
          ],
        },
      },
    },
    code: "shares-do-not-add-up",
    path: ["objectives", "mix"],
    says: ["50% + 25% make 75%"],
  },
  {
    what: "a part that has no share",
    change: {
      objectives: {
        mix: {
          kind: "mixture",
          parts: [
            { weight: 1, objective: "clm" },
            { weight: 0, objective: "prefix" },
          ],
        },
      },
    },
    code: "share-of-nothing",
    path: ["objectives", "mix", 1],
    says: ["prefix has a share of 0%"],
  },
  {
    what: "a sequence without parts",
    change: { objectives: { phases: { kind: "sequence", parts: [] } } },
    code: "empty-mixture",
    path: ["objectives", "phases"],
    says: ["sequence { 50%: causal"],
  },
  // objective and architecture
  {
    what: "an objective that the architecture cannot carry",
    change: { models: { small: model({ architecture: "encoder" }) } },
    code: "architecture-mismatch",
    path: ["pretrainings", "base", "objective"],
    says: ["clm", "decoder", "small", "encoder", "auto"],
    fixes: ["mlm", "sentiment"],
  },
  {
    what: "a mixture whose parts have no architecture in common",
    change: {
      objectives: {
        order: { kind: "deshuffling" },
        both: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.5, objective: "order" },
          ],
        },
      },
      pretrainings: { base: pretrain({ objective: "both" }) },
    },
    code: "architecture-mismatch",
    path: ["objectives", "both"],
    says: ["clm needs decoder; order needs encoder-decoder"],
  },
  {
    what: "a compared objective that the architecture cannot carry",
    change: {
      objectives: { order: { kind: "deshuffling" } },
      models: { small: model({ architecture: "decoder" }) },
      comparisons: { which: compare({ vary: objectives("clm", "order") }) },
    },
    code: "architecture-mismatch",
    path: ["comparisons", "which", "vary objective", 1],
    says: ["order", "small"],
    fixes: ["clm", "mlm", "t5", "prefix", "sentiment"],
  },
  {
    what: "a compared model that cannot carry the objective",
    change: {
      models: { wide: model({ hidden: 64 }), both: model({ architecture: "encoder-decoder" }) },
      comparisons: { which: compare({ vary: [{ key: "model", values: ["wide", "both"].map((name) => ({ label: name, value: name })) }] }) },
    },
    code: "architecture-mismatch",
    path: ["comparisons", "which", "vary model", 1],
    says: ["clm", "both", "encoder-decoder"],
    fixes: ["small", "wide"],
  },
  // pre-trainings
  {
    what: "micro-batches that do not divide the batch",
    change: { pretrainings: { base: pretrain({ batch: 8, accumulate: 3 }) } },
    code: "accumulate-does-not-divide",
    path: ["pretrainings", "base", "accumulate"],
    says: ["3", "8", "2 or 4"],
    fixes: ["2", "4"],
  },
  {
    what: "a compared batch that the micro-batches do not divide",
    change: {
      pretrainings: { base: pretrain({ accumulate: 4 }) },
      comparisons: { which: compare({ vary: [{ key: "batch", values: [8, 10].map((value) => ({ label: `${value}`, value })) }] }) },
    },
    code: "accumulate-does-not-divide",
    path: ["comparisons", "which", "vary batch", 1],
    says: ["accumulate: 4", "batch: 10"],
  },
  {
    what: "a budget of nothing",
    change: { pretrainings: { base: pretrain({ budget: { unit: "tokens", value: 0 } }) } },
    code: "empty-budget",
    path: ["pretrainings", "base", "budget"],
    says: ["0 tokens"],
  },
  {
    what: "a context longer than the corpus",
    change: { models: { small: model({ context: 10_001 }) } },
    code: "context-longer-than-corpus",
    path: ["models", "small", "context"],
    says: ["10001", "speeches", "at most 10000 bytes"],
  },
  {
    what: "a context longer than the training part of one long text",
    change: {
      models: { small: model({ context: 9001 }) },
      corpora: { speeches: corpus({ split: { by: "position", validation: 0.05, test: 0.05 } }) },
    },
    code: "context-longer-than-corpus",
    path: ["models", "small", "context"],
    says: ["at most 9000 bytes"],
  },
  {
    what: "more spans than sentinels",
    change: { tokenizers: { pieces: tokenizer({ sentinels: 2 }) }, pretrainings: { base: pretrain({ objective: "t5" }) } },
    code: "too-few-sentinels",
    path: ["pretrainings", "base", "objective"],
    says: ["t5", "pieces has 2", "sentinels: "],
  },
  {
    what: "epochs of an objective that reads no corpus",
    change: { pretrainings: { base: pretrain({ objective: "sentiment", budget: { unit: "epochs", value: 1 } }) } },
    code: "epochs-without-text",
    path: ["pretrainings", "base", "budget"],
    says: ["sentiment", "tokens, steps or flops"],
  },
];

it.each(errors)("refuses $what", expectRefused);

it("has nothing against a sequence that ends in a task", () => {
  const change: Change = {
    objectives: {
      early: {
        kind: "sequence",
        parts: [
          { weight: 0.8, objective: "clm" },
          { weight: 0.2, objective: "sentiment" },
        ],
      },
    },
    comparisons: { which: compare({ vary: objectives("clm", "early") }) },
  };
  expect(problemsOf(change)).toEqual([]);
});

it("reports once, when planning, that a model with these sizes cannot be exported, and nothing for one that can", () => {
  const said = (change: Change) => everyProblemOf(specOf(change), files).filter(({ code }) => code === "not-exportable");
  const [encoder, ...more] = said({
    models: { tiny: model() },
    pretrainings: { base: pretrain({ model: "tiny", objective: "mlm" }), again: pretrain({ model: "tiny", objective: "mlm" }) },
  });
  expect(encoder).toMatchObject({ severity: "info", path: ["models", "tiny"] });
  expect(encoder!.message).toMatch(/no class for an encoder .*family: bert/);
  expect(more).toEqual([]);
  expect(
    said({ models: { tiny: model({ family: "bert" }) }, pretrainings: { base: pretrain({ model: "tiny", objective: "mlm" }) } }),
  ).toEqual([]);
});
