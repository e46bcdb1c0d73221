import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "./start.ts";

// over standard input and output with --stdio, over the channel of the parent with --node-ipc
startServer(createConnection(ProposedFeatures.all));
