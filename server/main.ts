import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { keepHeapSmall } from "./memory.ts";
import { startServer } from "./start.ts";

keepHeapSmall();
// over standard input and output with --stdio, over the channel of the parent with --node-ipc
startServer(createConnection(ProposedFeatures.all));
