import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { fileArgument } from "../../runtime/cli/output.ts";
import { folderWith, pretrain, sentences } from "./cli.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const wrong = 'corpus tales {\n  files: "tales.txt"\n  fils: 3\n}\n';
const fine = 'corpus tales {\n  files: "tales.txt"\n}\n\nobjective clm = causal\n';
const folder = () => folderWith({ "wrong.pretrain": wrong, "fine.pretrain": fine, "tales.txt": "once upon a time\n" });

test("check prints file:line:column: severity: message and exits with 1", async () => {
  const { code, stdout, stderr } = await pretrain(folder(), "check", "wrong.pretrain");
  expect(stdout).toMatch(/^wrong\.pretrain:3:3: error: .*fils/);
  expect(stderr).toBe("");
  expect(code).toBe(1);
});

test("check --json is one document and nothing else", async () => {
  const { code, stdout } = await pretrain(folder(), "check", "wrong.pretrain", "fine.pretrain", "--json");
  const { problems } = JSON.parse(stdout) as { problems: object[] };
  expect(problems[0]).toMatchObject({
    line: 3,
    column: 3,
    severity: "error",
    code: "unknown-key",
    file: expect.stringContaining("wrong.pretrain"),
  });
  expect(code).toBe(1);
});

test("a file without mistakes prints nothing and exits with 0", async () => {
  expect(await pretrain(folder(), "check", "fine.pretrain")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a folder and a file whose names would be patterns are read by their names", async () => {
  const parts = ["in [1] (2)", "{a,b}", "st*r"];
  for (const part of parts) {
    const text = `corpus tales { files: ["draft (1).txt", "more/*.txt"] }\ntokenizer b { kind: bytes, train on: tales }\nmodel m { layers: 1, hidden: 8, heads: 1, context: 16 }\npretrain base { model: m, objective: causal, corpus: tales, tokenizer: b, budget: 1 steps }\n`;
    const tales = { "draft (1).txt": sentences(60), "more/a.txt": sentences(60), "e.pretrain": text };
    const folder = folderWith(Object.fromEntries(Object.entries(tales).map(([name, content]) => [join(part, name), content])));
    const { code, stderr } = await pretrain(join(folder, part), "plan", "e.pretrain", "--json");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test.each([
  ["an unknown command", ["frobnicate"], "unknown command"],
  ["an unknown command to help with", ["help", "pln"], "there is no command pln; did you mean plan?"],
  ["a file of another kind", ["check", "tales.txt"], "tales.txt is not a .pretrain file"],
  ["a file of another kind to format", ["format", "tales.txt"], "tales.txt is not a .pretrain file"],
  ["a folder", ["plan", "."], ". is a folder; name a .pretrain file, such as fine.pretrain"],
  ["a folder to verify", ["verify-store", "."], ". is a folder; name a .pretrain file"],
  ["a file that is not there to format", ["format", "none.pretrain"], "there is no file none.pretrain"],
  ["a file that is not there to score", ["score", "accuracy", "--predictions", "none", "--references", "none"], "there is no file none"],
  ["a folder to score", ["score", "accuracy", "--predictions", ".", "--references", "."], ". is a folder; name a file"],
  [
    "a run to verify",
    ["verify", "fine.pretrain#a", "--batch", "b", "--expected", "b"],
    "not a run; write one first: pretrain export fine.pretrain#a",
  ],
  ["half a thread", ["bench", "--threads", "1.5"], "whole number from 1"],
  ["half a round", ["bench", "--rounds", "1.5"], "whole number from 1"],
  ["a missing argument", ["plan"], "missing required argument"],
  ["an unknown option", ["plan", "fine.pretrain", "--jsn"], "unknown option"],
  ["a file that is not there", ["check", "none.pretrain"], "there is no file none.pretrain"],
  ["a name that is not there", ["run", "fine.pretrain", "base"], "has no pretrain, finetune, probe or compare named base"],
  ["a name of another kind", ["run", "fine.pretrain", "clm"], "the file declares clm as objective"],
  ["an empty path", ["report", "fine.pretrain", "clm", "--out", ""], "--out <path> is empty"],
  ["an empty argument", ["check", ""], "<file> is empty"],
  ["an unknown engine", ["run", "fine.pretrain", "base", "--engine", "gpu"], "Allowed choices are auto, tensorflow, onnx, cpu"],
  ["no jobs at a time", ["run", "fine.pretrain", "base", "--jobs", "0"], "whole number from 1"],
  ["a run that is not there", ["diff", "fine.pretrain", "a", "b"], "there is no run a"],
  ["no comparison to show", ["results", "fine.pretrain"], "declares no compare"],
  ["an objective that nothing uses", ["preview", "fine.pretrain", "clm"], "trains with clm"],
  ["a folder that is no run folder", ["generate", ".", "--prompt", "x"], "has neither the config.json of a checkpoint"],
])("%s is wrong usage: exit 2, said on stderr", async (_, args, message) => {
  const { code, stdout, stderr } = await pretrain(folder(), ...args);
  expect(stderr).toContain(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("run of a declaration with errors exits with 1 and shows them", async () => {
  const text = `${fine}pretrain base {\n  model: none\n}\n`;
  const { code, stderr } = await pretrain(folderWith({ "a.pretrain": text, "tales.txt": "x" }), "run", "a.pretrain", "base");
  expect(stderr).toMatch(/a\.pretrain:7:\d+: error: /);
  expect(code).toBe(1);
});

test("plan shows the jobs to do", async () => {
  const { code, stdout } = await pretrain(folder(), "plan", "fine.pretrain", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    jobs: [
      {
        kind: "corpus",
        name: "tales",
        after: [],
        done: false,
        parameters: null,
        tokens: null,
        steps: null,
        flops: null,
        memory_bytes: null,
      },
    ],
  });
  expect(code).toBe(0);
});

test("help has examples for every command and lists none that comes later", async () => {
  const { code, stdout } = await pretrain(folder(), "--help");
  expect(code).toBe(0);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*[[<]/gm)].map(([, name]) => name!).filter((name) => name !== "help");
  expect(commands).toEqual([
    "check",
    "plan",
    "run",
    "results",
    "report",
    "preview",
    "diff",
    "generate",
    "score",
    "inspect",
    "verify",
    "export",
    "download",
    "format",
    "engines",
    "bench",
    "lsp",
  ]);
  const helps = await Promise.all(commands.map((name) => pretrain(folder(), name, "--help")));
  for (const help of helps) expect(help.stdout).toMatch(/Examples?:\n {2}\$ pretrain /);
});

test("engines says which there are, and why one is not", async () => {
  const { stdout } = await pretrain(folder(), "engines", "--json");
  const { engines } = JSON.parse(stdout) as { engines: { engine: string; available: boolean; reason: string }[] };
  expect(engines.map(({ engine, available }) => [engine, available])).toEqual([
    ["tensorflow", false],
    ["onnx", true],
    ["cpu", true],
  ]);
  expect(engines[0]!.reason).toBe("it is not installed; `pretrain engines install tensorflow` gets it");
});

test("format writes the one layout; --check only says", async () => {
  const where = folderWith({ "a.pretrain": 'corpus   tales{files:"tales.txt"}\n', "tales.txt": "x" });
  const checked = await pretrain(where, "format", "--check", "a.pretrain");
  expect(checked).toMatchObject({ code: 1, stdout: "a.pretrain\n" });
  expect((await pretrain(where, "format", "a.pretrain")).code).toBe(0);
  expect(readFileSync(join(where, "a.pretrain"), "utf8")).toContain("corpus tales {");
  expect(await pretrain(where, "format", "--check", "a.pretrain")).toMatchObject({ code: 0, stdout: "" });
});

test("format keeps links and modes", async () => {
  const where = folderWith({ "shared/a.pretrain": 'corpus   tales{files:"tales.txt"}\n' });
  chmodSync(join(where, "shared", "a.pretrain"), 0o660);
  symlinkSync(join("shared", "a.pretrain"), join(where, "a.pretrain"));
  expect(await pretrain(where, "format", "a.pretrain")).toMatchObject({ code: 0, stdout: "a.pretrain\n" });
  expect(lstatSync(join(where, "a.pretrain")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(where, "shared", "a.pretrain"), "utf8")).toContain("corpus tales {");
  expect(statSync(join(where, "shared", "a.pretrain")).mode & 0o777).toBe(0o660);
});

// nothing is closed to the administrator
test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("format writes no file that is closed to writing", async () => {
  const text = 'corpus   tales{files:"tales.txt"}\n';
  const where = folderWith({ "a.pretrain": text });
  chmodSync(join(where, "a.pretrain"), 0o444);
  const { code, stdout, stderr } = await pretrain(where, "format", "a.pretrain");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("error: you may not read or write a.pretrain; change its permissions");
  expect(readFileSync(join(where, "a.pretrain"), "utf8")).toBe(text);
});

test.each([
  ["an option twice", ["plan", "a.pretrain", "--engine", "cpu", "--engine", "onnx"], "--engine is given twice; keep the one that you mean"],
  ["the option of a metric twice", ["score", "chrf", "--beta", "1", "--beta=2"], "--beta is given twice"],
  ["an option of another engine", ["run", "a.pretrain", "a", "--engine", "cpu", "--xla"], "--xla is an option of tensorflow; omit it, or"],
  ["options against each other", ["run", "a.pretrain", "--xla", "--no-xla"], "--xla and --no-xla contradict each other; keep one"],
  [
    "drawing from beams",
    ["generate", "m", "--prompt", "a", "--beams", "2", "--temperature", "0.5", "--seed", "1"],
    "--beams 2 does not sample, so --temperature and --seed would have no effect; omit them, or omit --beams",
  ],
  [
    "the length of no beams",
    ["generate", "m", "--prompt", "a", "--length-penalty", "2"],
    "--length-penalty applies to beam search only; add --beams above 1, or omit it",
  ],
])("%s is refused", async (_, args, message) => {
  const { code, stdout, stderr } = await pretrain(folder(), ...args);
  expect(stderr).toContain(message);
  expect([code, stdout]).toEqual([2, ""]);
});

test("several values and a flag may come twice", async () => {
  const { code, stdout } = await pretrain(folder(), "check", "--json", "fine.pretrain", "--json");
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.anything()]);
});

test("a comparison with errors is not said to be missing", async () => {
  const text = `${fine}compare objectives {\n  vary objective: [clm]\n}\n`;
  const { code, stderr } = await pretrain(folderWith({ "a.pretrain": text, "tales.txt": "once upon a time\n" }), "results", "a.pretrain");
  expect(stderr).toContain("a.pretrain:6:9: error: compare needs extends");
  expect(stderr).toContain("no compare of the file can be used until the errors above are fixed");
  expect(code).toBe(1);
});

test("a file in a command that a message advises is quoted for the shell", () => {
  expect(fileArgument("my tales' file.pretrain")).toBe("'my tales'\\'' file.pretrain'");
  expect(fileArgument("größe/a-1.pretrain")).toBe("größe/a-1.pretrain");
});
