import { describe, expect, test } from "vitest";
import { checkedProblems } from "../../runtime/cli/load.ts";
import { analyseText } from "./project.ts";

const base = `corpus c { files: "a.txt" }
tokenizer k { kind: bytes, train on: c }
model m {}
task t = minimal_pairs { files: "t.tsv" }
pretrain p { model: m, objective: causal, corpus: c, tokenizer: k, budget: 1 step }
`;

/** Every place where a name may lead nowhere. */
const references = [
  "finetune f { from: adapted, task: t }",
  "finetune f { from: scratch { like: adapted }, task: t }",
  "finetune f { from: p, task: none }",
  "finetune f { extends: none }",
  "pretrain q { extends: none }",
  "pretrain q { extends: p, model: none }",
  "pretrain q { extends: p, objective: none }",
  "pretrain q { extends: p, corpus: none }",
  "pretrain q { extends: p, tokenizer: none }",
  "pretrain q { extends: p, objective: supervised { task: none } }",
  "pretrain q { extends: p, objective: mixture { 50%: none, 50%: causal } }",
  "pretrain q { extends: p, objective: mixture { of: [none, causal] } }",
  "objective o = mixture { 100%: none }",
  "objective o = masked { extends: none }",
  "objective o = supervised { task: none }",
  "task u = classification { extends: none }",
  "model n { extends: none }",
  "tokenizer l { kind: bytes, train on: none }",
  "tokenizer l { extends: none }",
  "corpus d { extends: none }",
  "probe b { of: none, tasks: t }",
  "probe b { of: p, tasks: none }",
  "probe b { extends: none }",
  "compare x { extends: none, vary batch: [1, 2] }",
  "compare x { extends: p, vary objective: [none, causal] }",
  "compare x { extends: p, vary model: [none, m] }",
  "compare x { extends: p, vary corpus: [none, c] }",
  "compare x { extends: p, vary tokenizer: [none, k] }",
  "compare x { extends: p, vary objective: [causal], with corpus: [none] }",
  "compare x { extends: p, vary batch: [1, 2], finetune: { task: none } }",
  "compare x { extends: p, vary batch: [1, 2], baselines: [none] }",
  "compare x { extends: p, vary batch: [1, 2], expect: 1 > 2 on none.f1 }",
  "compare x { extends: p, vary objective: [causal, masked], expect: none > causal on t.f1 }",
  "finetune f { from: f, task: t }",
  "pretrain q { model: q, objective: q, corpus: q, tokenizer: q, budget: 1 step }",
  "compare x { extends: x, vary batch: [1, 2] }",
  "model a { extends: b }\nmodel b { extends: a }\npretrain q { extends: p, model: a }",
];

/** Imports that bring nothing, or a part. */
const imports: Record<string, string> = {
  "no import": "",
  "a file that is not there": 'import "none.pretrain"\n',
  "no name": 'import ""\n',
  "a file of another kind": 'import "a.txt"\n',
  "the file itself": 'import "main.pretrain"\n',
  "a file that is broken": 'import "broken.pretrain"\n',
  "a file that imports what is not there": 'import "chain.pretrain"\n',
};

const files = { "broken.pretrain": "model broken {", "chain.pretrain": 'import "none.pretrain"\nmodel chained { extends: nobody }' };

describe.each(Object.entries(imports))("%s", (_, statement) => {
  test("names that lead nowhere are problems, and nothing throws", async () => {
    for (const written of references) {
      for (const before of [base, ""]) {
        const text = `${statement}${before}${written}`;
        const { folder } = await analyseText(text, files);
        const problems = await checkedProblems(`${folder}/main.pretrain`);
        expect(
          problems.filter(({ code }) => code === "internal-error"),
          text,
        ).toEqual([]);
        expect(problems.length, text).toBeGreaterThan(0);
      }
    }
  });
});

test("of an import that is not there its own problem shows alone", async () => {
  const { analysis } = await analyseText(
    'import "none.pretrain"\ntask t = classification { train: "t.tsv" }\nfinetune f { from: adapted, task: t }',
  );
  expect(analysis.problems.map(({ line, code }) => [line, code])).toEqual([[1, "unresolved-import"]]);
  expect(Object.keys(analysis.spec?.finetunings ?? {})).toEqual([]);
  expect(Object.keys(analysis.spec?.tasks ?? {})).toEqual(["t"]);
});
