import type { URI } from "langium";
import type { Connection } from "vscode-languageserver";
import type { PretrainServerServices } from "../services.ts";
import type { Analyses } from "./analyses.ts";
import { diagnosticsOf } from "./diagnostics.ts";

/** Sends the problems of every file that has any, whenever they change. */
export function publishProblems(connection: Connection, { shared }: PretrainServerServices, analyses: Analyses): void {
  const sent = new Map<string, string>();
  const publish = (uri: URI) => {
    const key = uri.toString();
    const diagnostics = diagnosticsOf(analyses.problemsIn(uri));
    const version = shared.workspace.TextDocuments.get(uri)?.version;
    const said = JSON.stringify([version, diagnostics]);
    if (sent.get(key) === said) return;
    sent.set(key, said);
    void connection.sendDiagnostics({ uri: key, diagnostics, ...(version === undefined ? {} : { version }) });
  };
  analyses.onProblems((uris) => {
    for (const uri of new Map(uris.map((each) => [each.toString(), each])).values()) publish(uri);
  });
  shared.workspace.DocumentBuilder.onUpdate((_, deleted) => {
    for (const uri of deleted) publish(uri);
  });
}
