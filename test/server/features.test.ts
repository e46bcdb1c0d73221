import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  CodeAction,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  LocationLink,
  MarkupContent,
  SemanticTokens,
  SymbolInformation,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver-protocol";
import { apply, atCursor, type Editor, startEditor, textAt } from "./client.ts";
import { data, experiment } from "./example.ts";

/** One server for the tests that only look. */
let shared: Editor;
beforeAll(async () => {
  shared = await startEditor(data, undefined, afterAll);
});

let opened = 0;

async function hover(marked: string): Promise<string> {
  const { text, position } = atCursor(marked);
  const name = `hover-${opened++}.pretrain`;
  await shared.open(name, text);
  const found = await shared.request<Hover | null>("textDocument/hover", name, { position });
  return found ? (found.contents as MarkupContent).value : "";
}

describe("hover", () => {
  const cases: [what: string, text: string, said: string[]][] = [
    ["a declaration's keyword", "mod|el m {}", ["**model**", "Architecture and size of a Transformer."]],
    ["a key: help, type and default", "model m { lay|ers: 4 }", ["**layers**: a whole number from 1 to 200", "Default: `4`"]],
    ["a key of two words", "tokenizer t { train o|n: c }", ["**train on**"]],
    [
      "an option: formula, who carries it, source",
      "objective x = mas|ked",
      ["log p(wⱼ", "Carried by: encoder", "Source: Devlin et al. 2019"],
    ],
    ["a choice", "tokenizer t { kind: b|pe }", ["Byte-level byte-pair encoding"]],
    [
      "a name: the author's comment and the text",
      "/** Small enough. */\nmodel m { layers: 2 }\npretrain p { model: |m }",
      ["Small enough.", "layers: 2"],
    ],
    ["a metric", "compare c { expect: causal > masked on t.accu|racy }", ["Share of correct answers"]],
    ["an amount, written out", "pretrain p { budget: 5M| tokens }", ["5,000,000 tokens"]],
  ];
  test.each(cases)("%s", async (_, text, said) => {
    const shown = await hover(text);
    for (const part of said) expect(shown).toContain(part);
  });

  test("nothing on nothing", async () => expect(await hover("model m { } |")).toBe(""));
});

test("go to definition: of a name, also in another file, and of an import", async () => {
  const editor = await startEditor({ "shared.pretrain": "model small {}\n" });
  const { text, position } = atCursor('import "shared.pretrain"\npretrain p { model: sm|all }');
  await editor.open("a.pretrain", text);
  const [link] = await editor.request<LocationLink[]>("textDocument/definition", "a.pretrain", { position });
  expect(link).toMatchObject({ targetUri: editor.uri("shared.pretrain"), targetSelectionRange: { start: { line: 0, character: 6 } } });
  const [file] = await editor.request<LocationLink[]>("textDocument/definition", "a.pretrain", { position: { line: 0, character: 12 } });
  expect(file).toMatchObject({ targetUri: editor.uri("shared.pretrain") });
});

test("a declaration is renamed wherever it is named, and nothing else is", async () => {
  const shared = "objective mlm = masked { rate: 20% }\n";
  const importing = 'import "shared.pretrain"\ncompare c {\n  vary objective: [mlm, masked]\n  expect: mlm > masked on t.f1\n}\n';
  const editor = await startEditor({ "shared.pretrain": shared, "a.pretrain": importing, "other.pretrain": "objective mlm = causal\n" });
  await editor.open("shared.pretrain", shared);
  await editor.problems("a.pretrain");
  const position = { line: 0, character: 11 };
  const references = await editor.request<Location[]>("textDocument/references", "shared.pretrain", {
    position,
    context: { includeDeclaration: true },
  });
  expect(references).toHaveLength(3);
  const edit = await editor.request<WorkspaceEdit>("textDocument/rename", "shared.pretrain", { position, newName: "hidden_words" });
  expect(Object.keys(edit.changes!).sort()).toEqual([editor.uri("a.pretrain"), editor.uri("shared.pretrain")]);
  expect(apply(shared, edit.changes![editor.uri("shared.pretrain")]!)).toBe(shared.replace("mlm", "hidden_words"));
  expect(apply(importing, edit.changes![editor.uri("a.pretrain")]!)).toBe(importing.replaceAll("mlm", "hidden_words"));
});

test("a name of the catalogue, a taken name and no name are refused", async () => {
  const editor = await startEditor();
  await editor.open("a.pretrain", "objective mlm = masked\nobjective clm = causal\n");
  const masked = { line: 0, character: 18 };
  expect(await editor.request("textDocument/prepareRename", "a.pretrain", { position: masked })).toBeNull();
  const rename = (newName: string) =>
    editor.request("textDocument/rename", "a.pretrain", { position: { line: 0, character: 11 }, newName });
  await expect(rename("clm")).rejects.toThrow("The name clm is taken.");
  await expect(rename("two words")).rejects.toThrow("two words is not a valid name");
});

test("symbols of a file and of the workspace", async () => {
  const editor = await startEditor({ "other.pretrain": "corpus letters_of_others {}" });
  await editor.open("a.pretrain", experiment);
  const symbols = await editor.request<DocumentSymbol[]>("textDocument/documentSymbol", "a.pretrain");
  expect(symbols.map(({ detail, name }) => `${detail} ${name}`)).toEqual([
    "corpus mails",
    "tokenizer letters",
    "model small",
    "objective clm",
    "objective mlm",
    "task mood",
    "pretrain base",
    "finetune moody",
    "compare both",
  ]);
  await editor.problems("a.pretrain");
  const found = await editor.connection.sendRequest<SymbolInformation[]>("workspace/symbol", { query: "letters" });
  expect(found.map(({ name }) => name).sort()).toEqual(["letters", "letters_of_others"]);
});

test("formatting is the command line's, of the whole or of some lines; a broken text stays", async () => {
  const editor = await startEditor();
  const text = "model a {layers:4}\nmodel b {layers:4}\n";
  const options = { tabSize: 2, insertSpaces: true };
  await editor.open("a.pretrain", text);
  const all = await editor.request<TextEdit[]>("textDocument/formatting", "a.pretrain", { options });
  expect(apply(text, all)).toBe("model a { layers: 4 }\nmodel b { layers: 4 }\n");
  await editor.change("a.pretrain", "model a {layers:4}\n\nmodel c { layers: 4 }\n\nmodel b {layers:4}\n");
  const range = { start: { line: 4, character: 0 }, end: { line: 4, character: 5 } };
  const some = await editor.request<TextEdit[]>("textDocument/rangeFormatting", "a.pretrain", { options, range });
  expect(some.map(({ newText }) => newText)).toEqual(["model b { layers: 4 }\n"]);
  await editor.change("a.pretrain", "model a {layers:4");
  expect(await editor.request<TextEdit[]>("textDocument/formatting", "a.pretrain", { options })).toEqual([]);
});

test("links lead from imports and paths to files, and from a pattern to the first", async () => {
  const editor = await startEditor({ "shared.pretrain": "", "t.tsv": "x", "data/a.txt": "x", "data/b.txt": "x" });
  const text = 'import "shared.pretrain"\ncorpus c { files: "data/*.txt" }\ntask t = classification { train: "t.tsv", test: "no.tsv" }';
  await editor.open("a.pretrain", text);
  const links = await editor.request<DocumentLink[]>("textDocument/documentLink", "a.pretrain");
  expect(links.map(({ range, target, tooltip }) => [textAt(text, range), target, tooltip])).toEqual([
    ["shared.pretrain", editor.uri("shared.pretrain"), undefined],
    ["data/*.txt", pathToFileURL(`${editor.folder}/data/a.txt`).href, "The first of 2 files"],
    ["t.tsv", editor.uri("t.tsv"), undefined],
  ]);
});

test("blocks, lists and comments fold", async () => {
  const editor = await startEditor();
  await editor.open("a.pretrain", "/**\n * Long.\n */\nmodel m {\n  layers: 1\n  heads: 1\n}\n");
  const ranges = await editor.request<FoldingRange[]>("textDocument/foldingRange", "a.pretrain");
  expect(ranges.map(({ startLine, endLine, kind }) => [startLine, endLine, kind])).toEqual([
    [3, 5, undefined],
    [0, 1, "comment"],
  ]);
});

test("colours tell keys, names, options, choices and units apart", async () => {
  const editor = await startEditor();
  const text = "model m { norm: rms }\npretrain p { model: m, objective: causal, budget: 5M tokens }";
  await editor.open("a.pretrain", text);
  const { data: encoded } = await editor.request<SemanticTokens>("textDocument/semanticTokens/full", "a.pretrain");
  const legend = editor.capabilities.semanticTokensProvider!.legend.tokenTypes;
  expect(decoded(text, encoded, legend)).toEqual(
    "keyword model, class m, property norm, enumMember rms, keyword pretrain, class p, property model, class m, " +
      "property objective, function causal, property budget, number 5M, type tokens",
  );
});

function decoded(text: string, encoded: readonly number[], legend: readonly string[]): string {
  const lines = text.split("\n");
  let [line, character] = [0, 0];
  const tokens: string[] = [];
  for (let at = 0; at < encoded.length; at += 5) {
    const [down = 0, right = 0, length = 0, type = 0] = encoded.slice(at, at + 4);
    character = down === 0 ? character + right : right;
    line += down;
    tokens.push(`${legend[type]} ${lines[line]!.slice(character, character + length)}`);
  }
  return tokens.join(", ");
}

describe("quick fixes", () => {
  const head = experiment.replace("layers: 1,", "layers: 1, architecture: encoder,");
  const cases: [what: string, text: string, code: string, title: string, after: (text: string) => string][] = [
    ["the nearest key", "model m { layrs: 2 }", "unknown-key", "Change to layers", (text) => text.replace("layrs", "layers")],
    ["the nearest choice", "tokenizer t { kind: bpee }", "unknown-choice", "Change to bpe", (text) => text.replace("bpee", "bpe")],
    ["the nearest name", experiment.replace("model: small", "model: smal"), "unresolved-reference", "Change to small", () => experiment],
    ["a column that is in the file", experiment.replace("text: line", "text: lines"), "missing-column", "Change to line", () => experiment],
    ["heads that divide", experiment.replace("heads: 2", "heads: 3"), "heads-do-not-divide", "Change to 2", () => experiment],
    [
      "an objective that the architecture carries",
      head,
      "architecture-mismatch",
      "Change to mlm",
      (text) => text.replace("objective: clm", "objective: mlm"),
    ],
    [
      "an architecture that carries the objective",
      head,
      "architecture-mismatch",
      "Set architecture of small to auto",
      (text) => text.replace("architecture: encoder", "architecture: auto"),
    ],
    [
      "keys that are missing",
      experiment.replace("  budget: 4k tokens\n", ""),
      "missing-key",
      "Add budget",
      (text) => text.replace("  batch: 4\n", "  batch: 4\n  budget: 5M tokens\n"),
    ],
  ];
  test.each(cases)("%s", async (_, text, code, title, after) => {
    const name = `fix-${opened++}.pretrain`;
    await shared.open(name, text);
    const found = await shared.problems(name, (problems) => problems.some((problem) => problem.code === code));
    const diagnostic = found.find((problem) => problem.code === code)!;
    const actions = await shared.request<CodeAction[]>("textDocument/codeAction", name, {
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    const action = actions.find((each) => each.title === title);
    expect(actions.map((each) => each.title)).toContain(title);
    expect(apply(text, action!.edit!.changes![shared.uri(name)]!)).toBe(after(text));
  });
});

test("inlay hints say parameters, steps, epochs and FLOPs, and stay while the text is broken", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment);
  await editor.outline("a.pretrain", ({ declarations }) => declarations.some(({ plan }) => plan));
  const hints = async (text: string) => {
    const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
    const found = await editor.request<InlayHint[]>("textDocument/inlayHint", "a.pretrain", { range });
    return found.map(({ position, label }) => `${text.split("\n")[position.line]!.trim().split(":")[0]}: ${label}`);
  };
  const whole = await hints(experiment);
  expect(whole).toEqual([
    expect.stringMatching(/^model: [\d,.k]+ body \+ [\d,.k]+ embeddings$/),
    expect.stringMatching(/^budget: [\d.]+ epochs of mails · \d+ steps$/),
    expect.stringMatching(/^finetune moody \{ from: \d+ trained$/),
    expect.stringMatching(/^match: [\d.]+e\d+ FLOPs each$/),
    expect.stringMatching(/^seeds: 4 pre-trainings · [\d.]+e\d+ FLOPs$/),
  ]);
  const broken = `model {\n\n${experiment}`;
  await editor.change("a.pretrain", broken);
  await editor.problems("a.pretrain", (problems) => problems.some(({ code }) => code === "syntax-error"));
  expect(await hints(broken)).toEqual(whole);
});
