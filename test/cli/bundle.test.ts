import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
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
  writeFileSync(join(folder, "a.pretrain"), twoRates(join(folder, "texts", "*.txt")));
  expect((await pretrain(folder, "run", "a.pretrain", "rates", "--engine", "onnx")).code).toBe(0);
  const refused = await pretrain(folder, "report", "a.pretrain", "rates", "--out", "report.html", "--bundle", "bundle");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain(`a.pretrain names ${join(folder, "texts", "*.txt")}, which does not exist on another machine`);
  expect(existsSync(join(folder, "bundle"))).toBe(false);
  expect(existsSync(join(folder, "report.html"))).toBe(false);
});

test("a report is written through a link or into a pipe, and never over the files that it reports on", async () => {
  const folder = folderWith({ "texts/one.txt": sentences(60), "a.pretrain": twoRates("texts/*.txt") });
  const ran = await pretrain(folder, "run", "a.pretrain", "rates", "--engine", "onnx");
  expect(ran.code, ran.stderr).toBe(0);
  const report = (...more: string[]) => pretrain(folder, "report", "a.pretrain", "rates", "--to", "markdown", ...more);

  symlinkSync("written.md", join(folder, "link.md"));
  for (const round of ["a new file", "one that is there"]) {
    expect(await report("--out", "link.md"), round).toMatchObject({ code: 0 });
    expect(lstatSync(join(folder, "link.md")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "written.md"), "utf8")).toContain("rates");
  }
  if (spawnSync("mkfifo", [join(folder, "pipe")]).status === 0) {
    const read = promisify(execFile)("cat", [join(folder, "pipe")]);
    expect(await report("--out", "pipe")).toMatchObject({ code: 0 });
    expect((await read).stdout).toContain("# ");
    expect(lstatSync(join(folder, "pipe")).isFIFO()).toBe(true);
  }

  symlinkSync("one.txt", join(folder, "texts", "two.md"));
  linkSync(join(folder, "a.pretrain"), join(folder, "b.md"));
  for (const [out, own] of [
    ["a.pretrain", "a.pretrain"],
    ["b.md", "a.pretrain"],
    ["texts/two.md", "one.txt"],
  ] as const) {
    const refused = await report("--out", out);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(new RegExp(`--out ${out} is .*${own}, which the experiment reads; name another file`));
  }
  const among = await report("--out", ".pretrain/report.md");
  expect(among).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--out .pretrain/report.md is in the folder of results .pretrain"),
  });

  mkdirSync(join(folder, "bundle"));
  expect(await report("--out", "late.md", "--bundle", "bundle")).toMatchObject({ code: 2 });
  expect(existsSync(join(folder, "late.md"))).toBe(false);
});

function twoRates(texts: string): string {
  return `corpus tales { files: "${texts}", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
model tiny { architecture: decoder, layers: 1, hidden: 16, heads: 2, context: 32 }
pretrain base { model: tiny, objective: causal, corpus: tales, tokenizer: letters, budget: 2 steps, batch: 4 }
compare rates { extends: base, vary learning_rate: [1e-3, 1e-2], match: steps, seeds: 1 }
`;
}

/** Without what is of the machine and the hour. */
function numbersOf({ matched, expectations, test_first_read: _, ...result }: ComparisonResult): unknown {
  return {
    ...result,
    matched: { ...matched, cells: matched.cells.map(({ seconds: _, ...cell }) => cell) },
    expectations: expectations.map(({ recorded: _, ...each }) => each),
  };
}
