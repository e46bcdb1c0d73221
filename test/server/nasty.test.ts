import { afterAll, beforeAll, expect, test } from "vitest";
import type { CompletionList, Hover, MarkupContent } from "vscode-languageserver-protocol";
import { nasty } from "../nasty.ts";
import { atCursor, type Editor, startEditor } from "./client.ts";

/* What somebody else wrote in a comment or a value, as an editor gets it. */

let editor: Editor;
beforeAll(async () => {
  editor = await startEditor({}, undefined, afterAll);
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

let opened = 0;

async function ask<T>(method: string, marked: string): Promise<T> {
  const { text, position } = atCursor(marked);
  const name = `${opened++}.pretrain`;
  await editor.open(name, text);
  return editor.request<T>(method, name, { position });
}

function expectInert(markdown: string): void {
  expect(markdown).not.toMatch(unseen);
  // without these Markdown has no image, no link, no definition of one, no HTML and no bare address
  const unescaped = markdown.replaceAll(/`[^`\n]*`/g, "").replaceAll(/\\[!-/:-@[-`{-~]/g, "");
  expect(unescaped).not.toMatch(/\]\(|\]:|<[a-z/!?]|:\/\/|\bwww\.|\bmailto:/i);
}

/** `|` is the cursor's mark here, and no comment can hold its own end. A file with a NUL is no text, and nothing hovers in it. */
const comments = nasty.filter((text) => !text.includes("\u0000")).map((text) => text.replaceAll("|", "¦").replaceAll("*/", ""));

test.each(comments)("a hover and a completion show a comment, and it leads nowhere: %j", async (comment) => {
  const model = `/** Small. ${comment} */\nmodel tiny { layers: 1 }\n`;
  const hover = await ask<Hover>("textDocument/hover", `${model}pretrain p { model: ti|ny }`);
  const shown = (hover.contents as MarkupContent).value;
  expect(shown).toContain("Small.");
  expectInert(shown);
  const { items } = await ask<CompletionList>("textDocument/completion", `${model}pretrain p { model: | }`);
  const { documentation } = items.find(({ label }) => label === "tiny")!;
  expect((documentation as MarkupContent).value).toContain("Small.");
  expectInert((documentation as MarkupContent).value);
});

test.each(nasty.filter((text) => !/[\n"\\]/.test(text)))("a problem shows what it quotes: %j", async (text) => {
  const name = `${opened++}.pretrain`;
  await editor.open(name, `corpus c { files: "${text}.txt" }\nmodel m { activation: "${text}" }\n`);
  const found = await editor.problems(name, (problems) => problems.length > 0);
  for (const { message } of found) expect(message).not.toMatch(unseen);
});
