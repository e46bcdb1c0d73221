import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type InitializationOptions, type Outline, outlineChangedNotification, outlineRequest } from "#server/protocol.ts";

/** A folder of files and a server that has it as its workspace, spoken to as an editor does: over standard input and output. */
export interface Editor {
  folder: string;
  connection: ProtocolConnection;
  process: ChildProcess;
  capabilities: InitializeResult["capabilities"];
  uri(name: string): string;
  /** Writes a file, as another program would. */
  write(name: string, text: string): void;
  open(name: string, text: string): Promise<void>;
  /** Replaces the whole text. */
  change(name: string, text: string): Promise<void>;
  request<T>(method: string, name: string, more?: object): Promise<T>;
  /** Waits until the file's problems satisfy the condition. */
  problems(name: string, condition?: (found: Diagnostic[]) => boolean): Promise<Diagnostic[]>;
  /** Likewise, of whatever version. */
  anyProblems(name: string, condition: (found: Diagnostic[]) => boolean): Promise<Diagnostic[]>;
  /** Waits until the file's outline satisfies the condition. */
  outline(name: string, condition?: (outline: Outline) => boolean): Promise<Outline>;
}

const root = join(fileURLToPath(import.meta.url), "..", "..", "..");
const patience = 30_000;

export const overStandardInput = [join(root, "server/main.ts"), "--stdio"];

/** @param whenOver ends the server with the test; of a server for several tests with the last */
export async function startEditor(
  files: Record<string, string> = {},
  serverArguments = overStandardInput,
  whenOver: (end: () => Promise<void>) => void = onTestFinished,
  options?: InitializationOptions,
): Promise<Editor> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pretrain-server-")));
  const server = spawn(process.execPath, serverArguments, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout!), new StreamMessageWriter(server.stdin!));
  connection.listen();
  whenOver(async () => {
    await Promise.race([connection.sendRequest("shutdown").then(() => connection.sendNotification("exit")), once(server)]).catch(
      () => undefined,
    );
    connection.dispose();
    server.kill();
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  const found = latest<PublishDiagnosticsParams>();
  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => found.set(params.uri, params));
  const changed = latest<number>();
  connection.onNotification(outlineChangedNotification, ({ uri }: { uri: string }) => changed.set(uri, (changed.get(uri) ?? 0) + 1));
  connection.onRequest("workspace/inlayHint/refresh", () => null);
  const { capabilities } = await connection.sendRequest<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "folder" }],
    ...(options ? { initializationOptions: options } : {}),
    capabilities: { workspace: { inlayHint: { refreshSupport: true } }, textDocument: { publishDiagnostics: { versionSupport: true } } },
  });
  await connection.sendNotification("initialized", {});
  const versions = new Map<string, number>();
  return {
    folder,
    connection,
    process: server,
    capabilities,
    uri,
    write,
    async open(name, text) {
      versions.set(name, 1);
      await connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri: uri(name), languageId: "pretrain", version: 1, text },
      });
    },
    async change(name, text) {
      const version = (versions.get(name) ?? 1) + 1;
      versions.set(name, version);
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri: uri(name), version },
        contentChanges: [{ text }],
      });
    },
    request: (method, name, more = {}) => connection.sendRequest(method, { textDocument: { uri: uri(name) }, ...more }),
    async problems(name, condition = () => true) {
      const params = await found.when(
        uri(name),
        ({ version, diagnostics }) => (version === undefined || version === versions.get(name)) && condition(diagnostics),
      );
      return params.diagnostics;
    },
    async anyProblems(name, condition) {
      return (await found.when(uri(name), ({ diagnostics }) => condition(diagnostics))).diagnostics;
    },
    async outline(name, condition = () => true) {
      for (;;) {
        const seen = changed.get(uri(name));
        const outline = await connection.sendRequest<Outline | null>(outlineRequest, { uri: uri(name) });
        if (outline && outline.version === versions.get(name) && condition(outline)) return outline;
        await changed.when(uri(name), (count) => count !== seen);
      }
    },
  };
}

/** A text with `|` where the cursor is. */
export function atCursor(marked: string): { text: string; position: Position } {
  const before = marked.slice(0, marked.indexOf("|")).split(/\r\n|\r|\n/);
  return { text: marked.replace("|", ""), position: { line: before.length - 1, character: before.at(-1)!.length } };
}

export function textAt(text: string, { start, end }: Range): string {
  const lines = text.split("\n");
  if (start.line === end.line) return lines[start.line]!.slice(start.character, end.character);
  return [
    lines[start.line]!.slice(start.character),
    ...lines.slice(start.line + 1, end.line),
    lines[end.line]!.slice(0, end.character),
  ].join("\n");
}

/** The last value for each key, and a way to wait for one. */
function latest<T>() {
  const values = new Map<string, T>();
  const waiting = new Set<() => void>();
  return {
    get: (key: string) => values.get(key),
    set(key: string, value: T) {
      values.set(key, value);
      for (const wake of [...waiting]) wake();
    },
    when: (key: string, condition: (value: T) => boolean) =>
      new Promise<T>((resolve, reject) => {
        const look = () => {
          const value = values.get(key);
          if (value === undefined || !condition(value)) return;
          waiting.delete(look);
          clearTimeout(timeout);
          resolve(value);
        };
        const timeout = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`waited in vain; the last for ${key}: ${JSON.stringify(values.get(key), null, 2)}`));
        }, patience);
        waiting.add(look);
        look();
      }),
  };
}

function once(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => (server.exitCode === null ? server.once("exit", () => resolve()) : resolve()));
}

/** The text after edits, which do not overlap. */
export function apply(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("text:", "pretrain", 0, text), [...edits]);
}
