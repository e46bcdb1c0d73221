import { basename } from "node:path";
import * as vscode from "vscode";
import { titled } from "#runtime/contract/doc-text.ts";
import type { OutlineDeclaration } from "#server/protocol.ts";
import type { Declared, Outlines } from "../language/outlines.ts";
import { showInformation } from "../notify.ts";
import { whyNone } from "./nothing-fits.ts";

/** A declaration by file and name, as passed by a lens, the tree or a test. */
export interface Target {
  uri: string;
  name: string;
}

/** A question for the user: which declaration a command applies to. */
export interface Question {
  title: string;
  fits(declaration: OutlineDeclaration): boolean;
  fitsNow?(declared: Declared): boolean;
  /** A sentence for the case that nothing fits: the reason, and what to do. */
  none: string;
}

/**
 * The declaration that a command applies to: the named one, else the one at the cursor, else the one that the user picks. If there is none,
 * shows why.
 */
export async function pickDeclared(
  outlines: Outlines,
  target: Partial<Target> | undefined,
  { title, fits, fitsNow = () => true, none }: Question,
): Promise<Declared | undefined> {
  if (typeof target?.uri === "string" && typeof target.name === "string") return named(outlines, { uri: target.uri, name: target.name });
  const editor = vscode.window.activeTextEditor;
  const inEditor = editor?.document.languageId === "pretrain" ? await outlines.refresh(editor.document.uri) : undefined;
  const candidates = (inEditor ? [inEditor] : outlines.all())
    .flatMap((outline) => outline.declarations.map((declaration) => ({ outline, declaration })))
    .filter((declared) => fits(declared.declaration) && fitsNow(declared));
  if (candidates.length === 0) {
    showInformation(whyNone(inEditor ? [inEditor] : outlines.all(), none));
    return undefined;
  }
  const line = editor?.selection.active.line ?? -1;
  const atCursor = inEditor && candidates.find(({ declaration: { range } }) => range.start.line <= line && line <= range.end.line);
  if (candidates.length === 1) return candidates[0];
  const items = candidates.map((declared) => ({
    label: declared.declaration.name,
    description: declared.declaration.kind,
    ...(declared.declaration.doc ? { detail: titled(declared.declaration.doc).title } : {}),
    declared,
  }));
  // the declaration at the cursor comes first
  items.sort((a, b) => Number(b.declared === atCursor) - Number(a.declared === atCursor));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: title }))?.declared;
}

async function named(outlines: Outlines, { uri, name }: Target): Promise<Declared | undefined> {
  const parsed = vscode.Uri.parse(uri);
  const outline = (await outlines.refresh(parsed)) ?? outlines.get(parsed);
  const declaration = outline?.declarations.find((each) => each.name === name);
  if (outline && declaration) return { outline, declaration };
  showInformation(`${name} is no longer declared in ${basename(parsed.path)}.`);
  return undefined;
}
