import { expect, test } from "vitest";
import { checkedProblems } from "../../runtime/cli/load.ts";
import { data } from "./newcomer/data.ts";
import { analyseText } from "./project.ts";

/** Names that every object of JavaScript has. */
const names = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "isPrototypeOf",
  "__defineGetter__",
  "__lookupGetter__",
];

test("names that every object has are names as any other", async () => {
  for (let turn = 0; turn < names.length; turn++) {
    const [c, k, m, o, t, p, f, x] = [...names.slice(turn), ...names.slice(0, turn)];
    const { folder, analysis } = await analyseText(
      `corpus ${c} { files: "a.txt" }
tokenizer ${k} { kind: bytes, train on: ${c} }
model ${m} { layers: 1, hidden: 16, heads: 2, context: 16, architecture: decoder }
objective ${o} = prefix
task ${t} = classification { train: "t.tsv" }
pretrain ${p} { model: ${m}, objective: causal, corpus: ${c}, tokenizer: ${k}, budget: 200 steps }
finetune ${f} { from: ${p}, task: ${t} }
compare ${x} { extends: ${p}, vary objective: [causal, ${o}], finetune: { task: ${t} }, seeds: 1..3, expect: ${o} > causal on ${t}.accuracy }
`,
      data,
    );
    expect((await checkedProblems(`${folder}/main.pretrain`)).filter(({ severity }) => severity === "error")).toEqual([]);
    expect(Object.keys(analysis.spec!.corpora)).toEqual([c]);
    expect(Object.keys(JSON.parse(JSON.stringify(analysis.spec)).comparisons)).toEqual([x]);
  }
});

test("where no such name is declared it leads nowhere", async () => {
  for (const name of names) {
    const { analysis } = await analyseText(
      `model m { ${name}: 4 }\npretrain p { model: ${name} }\ntask u = ${name} { train: "t.tsv" }`,
      data,
    );
    const codes = analysis.problems.map(({ code }) => code);
    expect(codes, name).toEqual(expect.arrayContaining(["unknown-key", "unresolved-reference", "unknown-choice"]));
    expect(codes, name).not.toContain("internal-error");
  }
});
