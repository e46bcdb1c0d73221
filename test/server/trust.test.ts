import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { trustGrantedNotification } from "#server/protocol.ts";
import { type Editor, overStandardInput, startEditor } from "./client.ts";
import { data } from "./example.ts";

const restricted = (files: Record<string, string> = {}) => startEditor(files, overStandardInput, onTestFinished, { trusted: false });

/** A folder that is not the workspace's. */
function elsewhere(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pretrain-elsewhere-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const codes = (problems: readonly { code?: unknown }[]) => problems.map(({ code }) => code);

async function trustIt(editor: Editor): Promise<void> {
  await editor.connection.sendNotification(trustGrantedNotification);
}

test("before the workspace is trusted, files inside it that a text names are read", async () => {
  const editor = await restricted({ ...data, "parts/shared.pretrain": "objective mlm = masked\n" });
  await editor.open(
    "a.pretrain",
    'import "parts/shared.pretrain"\ncorpus mails { files: "*.txt" }\nobjective both = mixture { 100%: mlm }\n',
  );
  expect((await editor.problems("a.pretrain")).filter(({ severity }) => severity === 1)).toEqual([]);
  await editor.outline("a.pretrain", ({ declarations }) => declarations.some(({ measured }) => measured?.of === "corpus"));
});

test.each([
  ["a path", (folder: string) => `corpus c { files: "${folder}/secret.txt" }`],
  ["a path with dots", (folder: string, from: string) => `corpus c { files: "${relative(from, folder)}/secret.txt" }`],
  ["a pattern", (folder: string) => `corpus c { files: "${folder}/*.txt" }`],
  ["a task's table", (folder: string) => `task t = classification { train: "${folder}/secret.tsv" }`],
  ["a tokenizer", (folder: string) => `tokenizer t { file: "${folder}/tokenizer.json" }`],
  ["a checkpoint", (folder: string) => `model m { checkpoint: "${folder}" }`],
  ["a link to a file", () => 'corpus c { files: "link.txt" }'],
  ["a link to a folder", () => 'corpus c { files: "linked/secret.txt" }'],
  ["an import", (folder: string) => `import "${folder}/shared.pretrain"`],
])("%s outside of the workspace is not read before it is trusted, and is afterwards", async (_, textFor) => {
  const secrets = {
    "secret.txt": "a secret\n",
    "secret.tsv": "text\tlabel\nsecret\ta\n",
    "shared.pretrain": "objective secret = masked\n",
  };
  const folder = elsewhere({ ...secrets, "tokenizer.json": "{}", "config.json": '{ "model_type": "secret" }' });
  const editor = await restricted();
  symlinkSync(join(folder, "secret.txt"), join(editor.folder, "link.txt"));
  symlinkSync(folder, join(editor.folder, "linked"));
  await editor.open("a.pretrain", `${textFor(folder, editor.folder)}\n`);
  const before = await editor.problems("a.pretrain", (problems) => problems.length > 0);
  expect(codes(before)).toEqual(["not-trusted"]);
  expect(JSON.stringify(before)).toContain("Trust the workspace");
  await trustIt(editor);
  const after = await editor.problems("a.pretrain", (problems) => !codes(problems).includes("not-trusted"));
  expect(codes(after)).not.toContain("missing-file");
});

test("patterns do not lead out of the workspace through links or dots in braces", async () => {
  const folder = elsewhere({ "secret.txt": "a secret\n" });
  const editor = await restricted({ "inside/a.txt": "words\n" });
  symlinkSync(folder, join(editor.folder, "inside", "linked"));
  const up = relative(editor.folder, folder);
  for (const [index, pattern] of ["inside/linked/*.txt", "*/linked/*.txt", `{none,${up}}/secret.*`].entries()) {
    const name = `${index}.pretrain`;
    await editor.open(name, `corpus mine { files: "inside/*.txt" }\ncorpus theirs { files: "${pattern}" }\n`);
    const problems = await editor.problems(name, (found) => found.some(({ range }) => range.start.line === 1));
    expect([pattern, ...codes(problems)]).not.toContain("unknown-format");
    // that the other one is known shows that what may be read has been
    const { declarations } = await editor.outline(name, (outline) => outline.declarations.some(({ measured }) => measured));
    expect(declarations.filter(({ measured }) => measured).map((each) => each.name)).toEqual(["mine"]);
  }
});

test("a folder .pretrain that is a link is not followed before the workspace is trusted", async () => {
  const folder = elsewhere({});
  mkdirSync(join(folder, "cache"));
  const editor = await restricted(data);
  symlinkSync(folder, join(editor.folder, ".pretrain"));
  await editor.open("a.pretrain", 'corpus mails { files: "mails.txt" }\n');
  expect(await editor.problems("a.pretrain")).toEqual([]);
});

test("a model of the hub is not reported as missing if its folder may not be read", async () => {
  const editor = await restricted();
  await editor.open("a.pretrain", 'model m { checkpoint: "bert-base-uncased" }\n');
  const problems = await editor.problems("a.pretrain", (found) => found.length > 0);
  expect(codes(problems)).toEqual(["not-trusted"]);
});

test("completion lists no folder outside of the workspace before it is trusted", async () => {
  const folder = elsewhere({ "secret.txt": "a secret\n" });
  const editor = await restricted({ "mine.txt": "words\n" });
  const labels = async (path: string): Promise<string[]> => {
    const text = `corpus c { files: "${path}`;
    await editor.change("a.pretrain", text);
    const list = await editor.request("textDocument/completion", "a.pretrain", { position: { line: 0, character: text.length } });
    return (list as { items: { label: string }[] }).items.map(({ label }) => label);
  };
  await editor.open("a.pretrain", "");
  const up = `${relative(editor.folder, folder)}/`;
  expect(await labels(up)).toEqual([]);
  expect(await labels("")).toContain("mine.txt");
  await trustIt(editor);
  await editor.problems("a.pretrain");
  expect(await labels(up)).toContain("secret.txt");
});
