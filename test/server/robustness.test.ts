import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEditor } from "./client.ts";
import { data, experiment } from "./example.ts";

test("the server survives garbage, and answers when the text is right again", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment);
  const garbage = [
    "\u0000\uFFFF\uD800",
    "{".repeat(3000),
    "[".repeat(500),
    "compare compare compare",
    '"',
    "/**",
    "1..2..3 > < =",
    "import import",
    "objective x = x { extends: x }",
  ];
  for (const text of garbage) {
    await editor.change("a.pretrain", text);
    await editor.request("textDocument/completion", "a.pretrain", { position: { line: 0, character: 1 } });
    await editor.request("textDocument/hover", "a.pretrain", { position: { line: 0, character: 0 } });
  }
  for (let end = 0; end < experiment.length; end += 29) await editor.change("a.pretrain", experiment.slice(0, end));
  await editor.change("a.pretrain", experiment);
  expect(await editor.problems("a.pretrain")).toEqual([]);
  expect(editor.process.exitCode).toBeNull();
});

test("a word of 400,000 letters is completed and hovered as any other", async () => {
  const editor = await startEditor();
  const text = `model ${"m".repeat(400_000)} { }`;
  await editor.open("a.pretrain", text);
  const position = { line: 0, character: text.length };
  expect(await editor.request("textDocument/completion", "a.pretrain", { position })).toMatchObject({ isIncomplete: false });
});

test("problems in an imported file show there, and change with it before it is saved", async () => {
  const shared = "model small { layers: 1, hidden: 16, heads: 3, context: 32 }\n";
  const text = `import "parts/shared.pretrain"\n${experiment.replace(/model small .*\n/, "")}`;
  const editor = await startEditor({ ...data, "parts/shared.pretrain": shared });
  await editor.open("a.pretrain", text);
  const [found] = await editor.problems("parts/shared.pretrain", (problems) => problems.length > 0);
  expect(found?.code).toBe("heads-do-not-divide");
  await editor.open("parts/shared.pretrain", shared.replace("heads: 3", "heads: 2"));
  expect(await editor.problems("parts/shared.pretrain", (problems) => problems.length === 0)).toEqual([]);
  await editor.change("parts/shared.pretrain", "model other {}\n");
  const problems = await editor.problems("a.pretrain", (all) => all.length > 0);
  expect(problems.map(({ code }) => code)).toEqual(["unresolved-reference"]);
});

test("an import from outside the workspace is read", async () => {
  const outside = mkdtempSync(join(tmpdir(), "pretrain-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  writeFileSync(join(outside, "shared.pretrain"), "objective mlm = masked\n");
  const editor = await startEditor();
  const path = relative(editor.folder, join(outside, "shared.pretrain"));
  await editor.open("a.pretrain", `import "${path}"\nobjective both = mixture { 50%: mlm, 50%: masked }\n`);
  expect(await editor.problems("a.pretrain")).toEqual([]);
});

test("data that comes later mends the problem when the file is saved", async () => {
  const editor = await startEditor();
  await editor.open("a.pretrain", 'corpus mails { files: "mails.txt" }\n');
  const [missing] = await editor.problems("a.pretrain", (problems) => problems.length > 0);
  expect(missing?.code).toBe("missing-file");
  editor.write("mails.txt", "words");
  await editor.connection.sendNotification("textDocument/didSave", { textDocument: { uri: editor.uri("a.pretrain") } });
  expect(await editor.problems("a.pretrain", (problems) => problems.length === 0)).toEqual([]);
});

test("a pattern that leads through the whole disk is looked up while the server answers", async () => {
  const editor = await startEditor();
  await editor.open("a.pretrain", 'corpus all { files: "/**/*.none-has-this" }\n');
  const [first] = await Promise.race([
    editor.request("textDocument/hover", "a.pretrain", { position: { line: 0, character: 2 } }).then(() => ["answer"]),
    editor.problems("a.pretrain", (problems) => problems.length > 0).then(() => ["problem"]),
  ]);
  expect(first).toBe("answer");
  const [found] = await editor.problems("a.pretrain", (problems) => problems.length > 0);
  expect(["pattern-too-wide", "missing-file"]).toContain(found?.code);
});

test("a closed text that was never saved leaves no problems behind", async () => {
  const editor = await startEditor();
  await editor.open("new.pretrain", "model m { layrs: 4 }");
  await editor.problems("new.pretrain", (problems) => problems.length > 0);
  await editor.connection.sendNotification("textDocument/didClose", { textDocument: { uri: editor.uri("new.pretrain") } });
  expect(await editor.anyProblems("new.pretrain", (problems) => problems.length === 0)).toEqual([]);
});
