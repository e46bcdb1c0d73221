import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { keepHeapSmall } from "./memory.ts";
import { startServer } from "./start.ts";

/** Serves whoever is at the other end of standard input and output, for as long as they are. */
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
