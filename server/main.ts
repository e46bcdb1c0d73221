import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { keepHeapSmall } from "./heap-size.ts";
import { startServer } from "./start-server.ts";

keepHeapSmall();
// --stdio uses standard input and output, --node-ipc the channel to the parent process
startServer(createConnection(ProposedFeatures.all));
