import { fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createProtocolConnection, type InitializeResult, IPCMessageReader, IPCMessageWriter } from "vscode-languageserver-protocol/node";
import { startEditor } from "./client.ts";

const root = join(fileURLToPath(import.meta.url), "..", "..", "..");

test("the server speaks over the channel of its parent, as VS Code starts it", async () => {
  const server = fork(join(root, "server/main.ts"), ["--node-ipc"]);
  const connection = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  const { capabilities } = await connection.sendRequest<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
  });
  expect(capabilities).toMatchObject({ renameProvider: { prepareProvider: true }, inlayHintProvider: { resolveProvider: false } });
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  const code = await new Promise((resolve) => server.once("exit", resolve));
  expect(code).toBe(0);
});

test("`pretrain lsp --stdio` is the same server", async () => {
  const editor = await startEditor({}, [join(root, "runtime/cli/main.ts"), "lsp", "--stdio"]);
  await editor.open("a.pretrain", "model m { layrs: 4 }");
  const [found] = await editor.problems("a.pretrain", (problems) => problems.length > 0);
  expect(found?.code).toBe("unknown-key");
});
