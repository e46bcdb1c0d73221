import { URI } from "langium";
import type { Connection } from "vscode-languageserver";
import { defaultEngine } from "#runtime/machine/installed-engines.ts";
import type { Analyses } from "../analysis/analyses.ts";
import type { CompilerTools } from "../compile/experiment.ts";
import {
  type Change,
  type ChangesParams,
  changesRequest,
  type Outline,
  type OutlineParams,
  outlineChangedNotification,
  outlineRequest,
  type ResultsChanged,
  resultsChangedNotification,
} from "../protocol.ts";
import type { PretrainServerServices } from "../services.ts";
import { changesSince } from "./changes.ts";
import { outlineOf } from "./outline.ts";

/** Answers what protocol.ts says. */
export function addOutline(
  connection: Connection,
  { shared }: PretrainServerServices,
  analyses: Analyses,
  { tasks, files }: Pick<CompilerTools, "tasks" | "files">,
): void {
  const { TextDocuments: texts } = shared.workspace;

  connection.onRequest(outlineRequest, ({ uri, engine = defaultEngine() }: OutlineParams): Outline | null => {
    const file = analyses.get(uri);
    const text = texts.get(URI.parse(uri));
    if (!file?.good || !text) return null;
    const context = {
      file: { ...file, good: file.good },
      text: text.getText(),
      version: text.version,
      problems: analyses.problemsIn(URI.parse(uri)),
      tasks,
      files,
      engine,
    };
    return outlineOf(context);
  });
  connection.onRequest(changesRequest, ({ uri, name, run }: ChangesParams): Change[] | null => {
    const file = analyses.get(uri);
    const plan = file?.good?.compiled.get(name)?.plan;
    const earlier = file?.results.readJob(run);
    return file && plan && earlier ? changesSince(earlier, plan, (id) => file.results.readJob(id)) : null;
  });
  connection.onNotification(resultsChangedNotification, ({ store }: ResultsChanged) => {
    files.forget();
    analyses.compileAgain((file) => file.store === store);
  });
  analyses.onAnalysed((uri) => {
    void connection.sendNotification(outlineChangedNotification, { uri });
  });
}
