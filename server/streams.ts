import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { keepHeapSmall } from "./heap-size.ts";
import { startServer } from "./start-server.ts";

/** Serves a client on standard input and output until it disconnects. */
export function serveStandardStreams(): Promise<void> {
  keepHeapSmall();
  const connection = createConnection(
    ProposedFeatures.all,
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  );
  return new Promise((resolve) => {
    process.stdin.once("end", resolve);
    startServer(connection);
  });
}
