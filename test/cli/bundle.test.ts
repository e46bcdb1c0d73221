import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { openStore } from "#runtime/runs/store.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { command, folderWith, labelled, pretrain, sentences } from "./cli.ts";

/** Files beside, below and above the declaration, an import, and times that another machine would measure otherwise. */
const files = {
  "project/runs/a.pretrain": `import "../shared/data.pretrain"
model small { architecture: decoder, layers: 1, hidden: 16, heads: 2, context: 32 }
model large { extends: small, layers: 2 }
objective clm = causal
pretrain base { model: small, objective: clm, corpus: tales, tokenizer: letters, budget: 30 steps, batch: 4 }
compare sizes {
  extends: base
  vary model: [small, large]
  match: time
  finetune: { task: mood, epochs: 1, batch: 8 }
  seeds: 1..2
  baselines: [majority]
  expect: large > small on mood.accuracy
}
`,
  "project/shared/data.pretrain": `corpus tales { files: "../../texts/*.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity, metrics: [accuracy] }
`,
  "project/shared/mood.tsv": labelled(80),
  "texts/one.txt": sentences(100),
  "texts/two.txt": sentences(60),
};

test("a bundle runs again elsewhere, by the commands of its README, to the same numbers", async () => {
  const origin = folderWith(files);
  const home = join(origin, "project", "runs");
  const run = await pretrain(home, "run", "a.pretrain", "sizes", "--json", "--engine", "onnx", "--jobs", "1");
  expect(run.code, run.stderr).toBe(0);
  const packed = join(home, "bundle");
  const reported = await pretrain(home, "report", "a.pretrain", "sizes", "--out", "report.html", "--bundle", "bundle");
  expect(reported.code, reported.stderr).toBe(0);

  const bundle = join(temporaryFolder(), "unpacked");
  cpSync(packed, bundle, { recursive: true });
  // what is not in the bundle is not there
  rmSync(origin, { recursive: true });
  const [enter, ...commands] = /```\n([\s\S]*?)\n```/.exec(readFileSync(join(bundle, "README.md"), "utf8"))![1]!.split("\n");
  const folder = join(bundle, enter!.replace(/^cd /, ""));
  expect(commands[0]).toContain("--engine onnx");
  for (const line of commands) {
    const [program, ...args] = line.split(" ");
    expect(program).toBe("pretrain");
    const more = args[0] === "run" ? ["--jobs", "1"] : ["--json"];
    const printed = execFileSync(command[0]!, [command[1]!, ...args, ...more], { cwd: folder, encoding: "utf8" });
    if (args[0] !== "results") continue;
    const before = JSON.parse(readFileSync(join(bundle, "results.json"), "utf8")) as ComparisonResult;
    expect(numbersOf(JSON.parse(printed) as ComparisonResult)).toEqual(numbersOf(before));
    expect(before.cells.map(({ cell }) => cell)).toEqual(["small", "small", "large", "large", "majority"]);
  }

  const { jobs } = JSON.parse(readFileSync(join(bundle, "bundle.json"), "utf8")) as { jobs: { id: string }[] };
  const store = openStore(join(folder, ".pretrain"));
  expect(jobs.filter(({ id }) => !store.isDone(id))).toEqual([]);
  const measured = store.jobs().filter((id) => id.startsWith("measure-"));
  expect(measured).toHaveLength(2);
  expect(store.jobs().sort()).toEqual([...jobs.map(({ id }) => id), ...measured].sort());
});

test("a path from the machine's root is refused: it would lead nowhere", async () => {
  const folder = folderWith({ "texts/one.txt": sentences(60) });
  const text = (path: string) => `corpus tales { files: "${path}", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
model tiny { architecture: decoder, layers: 1, hidden: 16, heads: 2, context: 32 }
pretrain base { model: tiny, objective: causal, corpus: tales, tokenizer: letters, budget: 2 steps, batch: 4 }
compare rates { extends: base, vary learning_rate: [1e-3, 1e-2], match: steps, seeds: 1 }
`;
  writeFileSync(join(folder, "a.pretrain"), text(join(folder, "texts", "*.txt")));
  expect((await pretrain(folder, "run", "a.pretrain", "rates", "--engine", "onnx")).code).toBe(0);
  const refused = await pretrain(folder, "report", "a.pretrain", "rates", "--out", "report.html", "--bundle", "bundle");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain(`a.pretrain names ${join(folder, "texts", "*.txt")}, which another machine does not have`);
  expect(existsSync(join(folder, "bundle"))).toBe(false);
});

/** Without what is of the machine and the hour. */
function numbersOf({ matched, expectations, test_first_read: _, ...result }: ComparisonResult): unknown {
  return {
    ...result,
    matched: { ...matched, cells: matched.cells.map(({ seconds: _, ...cell }) => cell) },
    expectations: expectations.map(({ recorded: _, ...each }) => each),
  };
}
