import { AstUtils, CstUtils, type LangiumDocument } from "langium";
import type { CodeActionProvider } from "langium/lsp";
import { type CodeAction, CodeActionKind, type CodeActionParams, type Diagnostic, type TextEdit } from "vscode-languageserver";
import { type Block, type Declaration, type Entry, isDeclaration, isNamed, type Value } from "#language/generated/ast.ts";
import { blockOf, entryOf, layersOf, settingValues } from "#language/setting-layers.ts";
import { declarationOf, type Key, optionOf, optionsOf } from "#runtime/contract/catalogue/index.ts";
import type { Architecture } from "#runtime/contract/spec.ts";
import type { DiagnosticData } from "../analysis/diagnostics.ts";

/** Offers quick fixes for problems. */
export class PretrainQuickFixes implements CodeActionProvider {
  getCodeActions(document: LangiumDocument, { context }: CodeActionParams): CodeAction[] {
    return context.diagnostics
      .filter(({ source }) => source === "pretrain")
      .flatMap((diagnostic) => [
        ...replacements(document, diagnostic),
        ...setKey(document, diagnostic),
        ...(diagnostic.code === "architecture-mismatch" ? architectureFixes(document, diagnostic) : []),
        ...(diagnostic.code === "missing-key" ? missingKeyFixes(document, diagnostic) : []),
      ]);
  }
}

/** The replacements that a problem carries: similar names, numbers that fit. */
function replacements(document: LangiumDocument, diagnostic: Diagnostic): CodeAction[] {
  const { fixes = [] } = (diagnostic.data ?? {}) as Partial<DiagnosticData>;
  const { range } = diagnostic;
  return fixes.map((newText, index) =>
    action(document, diagnostic, `Change to ${newText}`, { range, newText }, index === 0 && fixes.length === 1),
  );
}

/** Sets a key of the declaration as the problem suggests: in place, or on a new line. */
function setKey(document: LangiumDocument, diagnostic: Diagnostic): CodeAction[] {
  const { set } = (diagnostic.data ?? {}) as Partial<DiagnosticData>;
  const declaration = set && declarationAt(document, diagnostic);
  const block = declaration && blockOf(declaration);
  if (!set || !block) return [];
  const entry = entryOf(block, set.key);
  const edit = entry ? entryEdit(entry, set.value) : linesAtEnd(block, [`${set.key}: ${set.value}`]);
  return edit ? [action(document, diagnostic, `Set ${set.key} to ${set.value}`, edit, true)] : [];
}

/**
 * Sets the model's architecture to one that supports the objective, or to auto. If no declared model fits, offers objectives of the
 * catalogue.
 */
function architectureFixes(document: LangiumDocument, diagnostic: Diagnostic): CodeAction[] {
  const value = valueAt(document, diagnostic);
  const declaration = value && AstUtils.getContainerOfType(value, isDeclaration);
  const model = declaration && modelOf(declaration);
  const entry = model && layersOf(model).flatMap((layer) => entryOf(layer, "architecture") ?? [])[0];
  if (!value || !model || !entry) return [];
  const changed = entryEdit(entry, "auto");
  return [
    ...(changed ? [action(AstUtils.getDocument(model), diagnostic, `Set architecture of ${model.name} to auto`, changed, false)] : []),
    ...objectivesFor(architectureIn(entry), diagnostic).map((name) =>
      action(document, diagnostic, `Change to ${name}`, { range: diagnostic.range, newText: name }, false),
    ),
  ];
}

function objectivesFor(architecture: Architecture | undefined, { data }: Diagnostic): string[] {
  const { fixes = [] } = (data ?? {}) as Partial<DiagnosticData>;
  if (!architecture) return [];
  return optionsOf("objective")
    .filter(({ architectures, keys }) => architectures?.includes(architecture) && keys.every((key) => !key.required))
    .map(({ name }) => name)
    .filter((name) => !fixes.includes(name));
}

function architectureIn({ value }: Entry): Architecture | undefined {
  return isNamed(value) ? (value.target?.$refText as Architecture | undefined) : undefined;
}

/** The model of a pre-training, or of the pre-training that a comparison varies. */
function modelOf(declaration: Declaration): Declaration | undefined {
  const named = (name: string) => {
    const [value] = settingValues(layersOf(declaration), name);
    const target = value && isNamed(value) ? value.target?.ref : undefined;
    return isDeclaration(target) ? target : undefined;
  };
  const extended = declaration.kind === "compare" ? named("extends") : undefined;
  return extended ? modelOf(extended) : named("model");
}

/** Adds the required keys that a declaration lacks, each on a new line at the end of its block. */
function missingKeyFixes(document: LangiumDocument, diagnostic: Diagnostic): CodeAction[] {
  const declaration = declarationAt(document, diagnostic);
  const block = declaration && blockOf(declaration);
  if (!declaration || !block) return [];
  const layers = layersOf(declaration);
  const missing = keysOf(declaration).filter(
    (key) => key.required && key.value.type !== "varied" && settingValues(layers, key.name).length === 0,
  );
  if (missing.length === 0) return [];
  const edit = linesAtEnd(
    block,
    missing.map((key) => key.example?.split("\n")[0] ?? `${key.name}: `),
  );
  return edit ? [action(document, diagnostic, `Add ${missing.map((key) => key.name).join(", ")}`, edit, true)] : [];
}

/** Inserts entries before the block's closing brace, each on its own line. */
function linesAtEnd(block: Block, entries: readonly string[]): TextEdit | undefined {
  const node = block.$cstNode;
  if (!node) return undefined;
  const lines = entries.map((entry) => `  ${entry}\n`).join("");
  const close = node.range.end;
  const position = { line: close.line, character: close.character - 1 };
  const onOwnLine = node.range.start.line !== close.line;
  return {
    range: {
      start: { ...position, character: onOwnLine ? 0 : position.character },
      end: onOwnLine ? { ...position, character: 0 } : position,
    },
    newText: onOwnLine ? lines : `\n${lines}`,
  };
}

function keysOf(declaration: Declaration): readonly Key[] {
  const { family, keys } = declarationOf(declaration.kind);
  return family ? (optionOf(family, declaration.value?.target?.$refText ?? "")?.keys ?? []) : keys;
}

function entryEdit({ value }: Entry, newText: string): TextEdit | undefined {
  return value.$cstNode && { range: value.$cstNode.range, newText };
}

function valueAt(document: LangiumDocument, { range }: Diagnostic): Value | undefined {
  const root = document.parseResult.value.$cstNode;
  const leaf = root && CstUtils.findLeafNodeAtOffset(root, document.textDocument.offsetAt(range.start));
  return leaf && isNamed(leaf.astNode) ? leaf.astNode : undefined;
}

function declarationAt(document: LangiumDocument, { range }: Diagnostic): Declaration | undefined {
  const root = document.parseResult.value.$cstNode;
  const leaf = root && CstUtils.findLeafNodeAtOffset(root, document.textDocument.offsetAt(range.start));
  return leaf && AstUtils.getContainerOfType(leaf.astNode, isDeclaration);
}

function action(document: LangiumDocument, diagnostic: Diagnostic, title: string, edit: TextEdit, isPreferred: boolean): CodeAction {
  const changes = { [document.textDocument.uri]: [edit] };
  return { title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], edit: { changes }, ...(isPreferred ? { isPreferred } : {}) };
}
