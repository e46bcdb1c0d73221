import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";

/**
 * Edits of an open experiment. Each is sent to the language server over its protocol, followed by requests at the edited place. Every
 * answer must arrive within two seconds, and the server must stay alive and below 500 MB. Edits accumulate over a hundred cases; then the
 * text is reset.
 */
export const edits: Campaign = { name: "edits", cases: 10_000, run: tryCase };

const root = join(import.meta.dirname, "..", "..");
const maxBytes = 500e6;
const maxSeconds = 2;
const example = readFileSync(join(root, "examples", "which-objective.pretrain"), "utf8");
const typed = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "\n",
  " ",
  "=",
  "..",
  "/*",
  "//",
  "0",
  "50%",
  "import ",
  "pretrain ",
  "\u{1F600}",
  "\u0000",
  "__proto__",
];
const requests = [
  "completion",
  "hover",
  "documentSymbol",
  "formatting",
  "semanticTokens/full",
  "foldingRange",
  "documentLink",
  "definition",
];

interface Session {
  folder: string;
  server: ChildProcess;
  connection: ProtocolConnection;
  uri: string;
  text: TextDocument;
  said: string[];
  /** Resolves if the server ends, which it should not. */
  ended: Promise<string>;
}

let session: Promise<Session> | undefined;

async function tryCase(index: number, random: Random): Promise<CaseOutcome> {
  session ??= begin();
  const open = await session;
  const again = index % 100 === 0;
  const method = `textDocument/${requests[random.below(requests.length)]!}`;
  const change = again ? { range: undefined, text: example } : changeOf(open.text, random);
  const version = open.text.version + 1;
  open.text = TextDocument.update(open.text, [change.range ? { range: change.range, text: change.text } : { text: change.text }], version);
  const textDocument = { uri: open.uri, version };
  const begun = performance.now();
  await open.connection.sendNotification("textDocument/didChange", { textDocument, contentChanges: [change] });
  const position = change.range?.start ?? { line: 0, character: 0 };
  const options = { tabSize: 2, insertSpaces: true };
  const answer = open.connection.sendRequest(method, { textDocument: { uri: open.uri }, position, options });
  const failure = await Promise.race([answer.then(() => undefined, failed), open.ended]);
  const seconds = (performance.now() - begun) / 1000;
  const bytes = open.server.exitCode === null ? residentBytes(open.server) : 0;
  const said = open.said.splice(0).join("").trim();
  const wrong = failure ?? (said === "" ? undefined : said) ?? beyond(seconds, bytes);
  if (open.server.exitCode !== null) session = undefined;
  return wrong === undefined ? { kind: method } : { kind: method, failure: wrong };
}

/** The failure, if any. A newer text may invalidate an answer, which the protocol reports with an error code of its own. */
function failed(error: Error & { code?: number }): string | undefined {
  const isOld = error.code === -32801 || error.code === -32800 || error.code === -32802;
  return isOld ? undefined : (error.stack ?? error.message);
}

function changeOf(text: TextDocument, random: Random): { range: { start: Place; end: Place }; text: string } {
  const all = text.getText();
  const start = random.below(all.length + 1);
  const taken = random.below(3) === 0 ? random.below(30) : 0;
  const from = random.below(all.length + 1);
  const put = random.below(3) === 0 ? all.slice(from, from + random.below(60)) : typed[random.below(typed.length)]!;
  return { range: { start: text.positionAt(start), end: text.positionAt(start + taken) }, text: put };
}

type Place = { line: number; character: number };

async function begin(): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-edits-"));
  const server = spawn(process.execPath, [join(root, "server", "main.ts"), "--stdio"], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
  const said: string[] = [];
  const ended = new Promise<string>((resolve) => server.once("exit", (code) => resolve(`the server ended with code ${code}`)));
  server.stderr!.on("data", (data: Buffer) => said.push(data.toString()));
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout!), new StreamMessageWriter(server.stdin!));
  connection.listen();
  connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }: PublishDiagnosticsParams) => {
    said.push(...diagnostics.filter(({ code }) => code === "internal-error").map(({ message }) => String(message)));
  });
  connection.onRequest("workspace/inlayHint/refresh", () => null);
  const path = join(folder, "a.pretrain");
  writeFileSync(path, example);
  const uri = pathToFileURL(path).href;
  const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: "folder" }];
  await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders });
  await connection.sendNotification("initialized", {});
  await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "pretrain", version: 1, text: example } });
  // the first answer waits for the server's start
  await connection.sendRequest("textDocument/documentSymbol", { textDocument: { uri } });
  return { folder, server, connection, uri, text: TextDocument.create(uri, "pretrain", 1, example), said, ended };
}

function beyond(seconds: number, bytes: number): string | undefined {
  if (seconds > maxSeconds) return `the answer took ${seconds.toFixed(1)} s`;
  return bytes > maxBytes ? `the server holds ${bytes / 1e6} MB` : undefined;
}

/** Resident memory in bytes; 0 if the system does not report it. */
function residentBytes({ pid }: ChildProcess): number {
  if (process.platform !== "linux") return 0;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return 1000 * Number(kilobytes ?? 0);
}

/** Ends the server. */
export async function endEdits(): Promise<void> {
  const open = await session;
  session = undefined;
  if (!open) return;
  open.connection.dispose();
  open.server.kill();
  rmSync(open.folder, { recursive: true, force: true });
}

if (import.meta.main) {
  await runCampaign(edits);
  await endEdits();
}
