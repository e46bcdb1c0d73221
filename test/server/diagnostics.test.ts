import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startEditor, textAt } from "./client.ts";
import { data, experiment } from "./example.ts";

test("what the language and the compiler find shows at its place, with a code", async () => {
  const editor = await startEditor(data);
  const text = experiment.replace("layers: 1", "layrs: 1").replace("heads: 2", "heads: 3");
  await editor.open("a.pretrain", text);
  const misspelt = await editor.problems("a.pretrain");
  expect(misspelt.map(({ code, severity, range }) => [code, severity, textAt(text, range)])).toEqual([["unknown-key", 1, "layrs"]]);

  const mended = text.replace("layrs", "layers");
  await editor.change("a.pretrain", mended);
  const found = await editor.problems("a.pretrain", ([first]) => first !== undefined && first.code !== "unknown-key");
  expect(found.map(({ code, source, range }) => [code, source, textAt(mended, range)])).toEqual([["heads-do-not-divide", "pretrain", "3"]]);
});

test("a text without mistakes has no problems; broken and mended it has none again", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment);
  expect(await editor.problems("a.pretrain")).toEqual([]);
  await editor.change("a.pretrain", experiment.replace("model small {", "model small {{"));
  const [broken] = await editor.problems("a.pretrain", (found) => found.length > 0);
  expect(broken).toMatchObject({ code: "syntax-error", severity: 1 });
  await editor.change("a.pretrain", experiment);
  expect(await editor.problems("a.pretrain")).toEqual([]);
});

test("the editor shows what `pretrain check` prints, warnings of the plan included", async () => {
  const text = experiment.replace("batch: 4", "batch: 4\n  optimizer: adamw { warmup: 1000 steps }").replace("rate: 20%", "rate: 120%");
  const editor = await startEditor({ ...data, "a.pretrain": text });
  await editor.open("a.pretrain", text);
  const found = await editor.problems("a.pretrain", (problems) => problems.some(({ code }) => code === "warmup-too-long"));
  expect(found[0]?.code).toBe("out-of-range");
  const command = join(fileURLToPath(import.meta.url), "..", "..", "..", "runtime", "cli", "main.ts");
  const { stdout } = spawnSync(process.execPath, [command, "check", join(editor.folder, "a.pretrain"), "--json"], { encoding: "utf8" });
  const { problems } = JSON.parse(stdout) as { problems: { line: number; column: number; code: string; message: string }[] };
  expect(found.map(({ range, code, message }) => [range.start.line + 1, range.start.character + 1, code, message])).toEqual(
    problems.map(({ line, column, code, message }) => [line, column, code, message]),
  );
});
