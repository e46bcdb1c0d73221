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
  const found = await editor.problems("a.pretrain", ([first]) => first?.code !== "unknown-key");
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
