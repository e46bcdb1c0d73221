import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { keepHeapSmall } from "./memory.ts";
import { startServer } from "./start.ts";

keepHeapSmall();
// --stdio uses standard input and output, --node-ipc the channel to the parent process
startServer(createConnection(ProposedFeatures.all));
