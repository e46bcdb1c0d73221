import { expect, test } from "vitest";
import type { SpecPath } from "#runtime/contract/problem.ts";
import { analyseText, placeText } from "./project.ts";

const text = `import "shared.pretrain"
corpus «c» { files: «"a.txt"», «split»: { by: document, validation: «5%» } }
tokenizer k { kind: bytes, train on: c }
objective ul2 = mixture { 50%: causal, «50%: masked» { rate: «40%» } }
pretrain p { model: m, objective: ul2, corpus: c, tokenizer: k, budget: «1 step», optimizer: «adamw» { beta1: «0.9» } }
pretrain q { extends: p, optimizer: adamw { beta2: «0.9» } }
task t = classification { train: "t.tsv" }
compare «x» {
  extends: p
  vary objective: [causal, «masked» { rate: «30%» }, «t»]
  finetune: { task: t, epochs: «2» }
}
`;
const shared = "model «m» { heads: «3» }";

const paths: SpecPath[] = [
  ["corpora", "c"],
  ["corpora", "c", "files", 0],
  ["corpora", "c", "split"],
  ["corpora", "c", "split", "validation"],
  ["objectives", "ul2", 1],
  ["objectives", "ul2", 1, "rate"],
  ["pretrainings", "p", "budget"],
  ["pretrainings", "p", "optimizer"],
  ["pretrainings", "p", "optimizer", "beta1"],
  ["pretrainings", "q", "optimizer", "beta2"],
  ["comparisons", "x"],
  ["comparisons", "x", "vary objective", 1],
  ["objectives", "masked { rate: 30% }", "rate"],
  ["objectives", "t"],
  ["comparisons", "x", "finetune", 0, "epochs"],
  ["models", "m", "name"],
  ["models", "m", "heads"],
];

test("a place of the specification has its place in the text", async () => {
  const { analysis, folder, marks } = await analyseText(text, { "shared.pretrain": shared });
  expect(analysis.problems).toEqual([]);
  expect(paths.map((path) => placeText(placeOf(analysis, path), folder))).toEqual(marks);
});

test("an inherited value is at its place in the text; an absent one at the declaration's name", async () => {
  const { analysis, folder } = await analyseText(text.replaceAll(/[«»]/g, ""), { "shared.pretrain": shared.replaceAll(/[«»]/g, "") });
  const same: [SpecPath, SpecPath][] = [
    [
      ["pretrainings", "q", "budget"],
      ["pretrainings", "p", "budget"],
    ],
    [
      ["pretrainings", "q", "optimizer", "beta1"],
      ["pretrainings", "p", "optimizer", "beta1"],
    ],
    [
      ["comparisons", "x", "budget"],
      ["pretrainings", "p", "budget"],
    ],
    [
      ["models", "m", "layers"],
      ["models", "m"],
    ],
    [
      ["corpora", "c", "split", "test"],
      ["corpora", "c", "split"],
    ],
    [
      ["comparisons", "x", "match"],
      ["comparisons", "x", "name"],
    ],
  ];
  for (const [path, written] of same) {
    expect(placeText(placeOf(analysis, path), folder), path.join(" ")).toBe(placeText(placeOf(analysis, written), folder));
  }
  expect(placeText(placeOf(analysis, ["models", "nothing"]), folder)).toBe("main.pretrain:1:1-1:1");
});

test("the problem itself stays as it is", async () => {
  const { analysis } = await analyseText("model m {}");
  const problem = { severity: "warning", code: "heads", message: "Three heads.", path: ["models", "m", "heads"], fixes: ["4"] } as const;
  const placed = analysis.place({ ...problem, fixes: [...problem.fixes] });
  expect(placed).toMatchObject({ severity: "warning", code: "heads", message: "Three heads.", fixes: ["4"], line: 1, column: 7 });
});

function placeOf(analysis: Awaited<ReturnType<typeof analyseText>>["analysis"], path: SpecPath) {
  return analysis.place({ severity: "error", code: "code", message: "message", path });
}
