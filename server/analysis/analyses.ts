import { setImmediate } from "node:timers/promises";
import { DocumentState, Emitter, type LangiumDocument, type LangiumDocuments, URI } from "langium";
import { documentProblems } from "#language/document-problems.ts";
import type { File } from "#language/generated/ast.ts";
import { filesSeenFrom } from "#language/references/resolve-imports.ts";
import { notTrusted } from "#language/untrusted-path.ts";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import {
  type CompiledDeclaration,
  type CompilerTools,
  type ExperimentCompiler,
  experimentCompiler,
  hubNamesOf,
  patternsOf,
} from "../compile/experiment.ts";
import { type StoredResults, storedResults } from "../compile/stored-results.ts";
import { type TimesHere, timesHere } from "../compile/times.ts";
import type { PretrainServerServices } from "../services.ts";
import { compileText, type GoodAnalysis, type ReadText, readAnalysed, storeBeside, withoutCompiler } from "./file-analysis.ts";
import { shiftBetween } from "./shift.ts";

/** The state of an open file. */
export interface AnalysedFile {
  uri: string;
  /** The `.pretrain` folder of the file. Empty if the file is not on disk: there are then no runs, and the compiler finds no data. */
  store: string;
  results: StoredResults;
  times: TimesHere;
  /** The text as last read, with or without errors. */
  read: ReadText;
  /** The analysis of the last text without errors that prevent one. */
  good: GoodAnalysis | undefined;
  /** For every declaration that still exists, its last compilation that had a plan. */
  lastPlans: Map<string, CompiledDeclaration>;
  /** Problems that the compiler found in the text as last read and in its imports. */
  compilerProblems: readonly PlacedProblem[];
}

/** Analyses every open file again as it changes: first the language, then, in small slices, the compiler. */
export interface Analyses {
  get(uri: string): AnalysedFile | undefined;
  /** All open files. */
  all(): AnalysedFile[];
  /** All problems of a file: those of the language, and those from compiling the open files that import it. */
  problemsIn(uri: URI): PlacedProblem[];
  /** Calls the listener with files whose problems may have changed. */
  onProblems(listener: (uris: readonly URI[]) => void): void;
  /** Calls the listener when a file's analysis has changed. */
  onAnalysed(listener: (uri: string) => void): void;
  /** Compiles the matching files again, because files other than the text changed. */
  compileAgain(isMeant: (file: AnalysedFile) => boolean): void;
}

interface Kept extends AnalysedFile {
  compiler: ExperimentCompiler;
  /** The text that `compilerProblems` refer to. */
  compiledText: string;
  /** Counts the analyses, so that a newer one supersedes an older one. */
  generation: number;
}

/** Milliseconds that the compiler works before it lets requests through. */
const slice = 10;
/** Milliseconds after which the language's problems are sent without the compiler's. */
const patience = 40;

export function createAnalyses({ shared, pretrain }: PretrainServerServices, tools: CompilerTools): Analyses {
  const { DocumentBuilder: builder, LangiumDocuments: documents, TextDocuments: texts } = shared.workspace;
  const files = new Map<string, Kept>();
  const problemsChanged = new Emitter<readonly URI[]>();
  const analysed = new Emitter<string>();

  builder.onBuildPhase(DocumentState.Validated, (built) => {
    const isOpen = (uri: string) => texts.get(uri) !== undefined;
    problemsChanged.fire(built.map(({ uri }) => uri).filter((uri) => !isOpen(uri.toString())));
    for (const root of openFiles(documents, isOpen)) {
      if (filesSeenFrom(root, documents).some((seen) => built.includes(seen))) analyse(root);
    }
  });
  builder.onUpdate((changed, deleted) => {
    for (const uri of [...changed, ...deleted].map(String)) if (!texts.get(uri)) forget(uri);
  });

  return {
    get: (uri) => files.get(URI.parse(uri).toString()),
    all: () => [...files.values()],
    problemsIn(uri) {
      const document = documents.getDocument(uri);
      const own = document && document.state >= DocumentState.Validated ? documentProblems(document) : [];
      return [...own, ...[...files.values()].flatMap((file) => compilerProblemsIn(uri.fsPath, file))];
    },
    onProblems: (listener) => void problemsChanged.event(listener),
    onAnalysed: (listener) => void analysed.event(listener),
    compileAgain(isMeant) {
      for (const file of files.values()) if (isMeant(file)) void compile(file);
    },
  };

  function analyse(document: LangiumDocument<File>): void {
    const uri = document.uri.toString();
    try {
      const read = readAnalysed(document, pretrain);
      const file = files.get(uri) ?? opened(document, read, tools);
      file.read = read;
      files.set(uri, file);
      void compile(file);
    } catch (error) {
      // a bug in the compiler: the text's own problems are still shown
      console.error(error);
    }
  }

  async function compile(file: Kept): Promise<void> {
    const generation = ++file.generation;
    const isCurrent = () => file.generation === generation;
    const { read } = file;
    const { analysis } = read;
    // a slow compilation does not delay the language's problems
    const early = setTimeout(() => isCurrent() && problemsChanged.fire([URI.parse(file.uri)]), patience);
    try {
      if (!analysis.spec) return settle(file, file.good, []);
      if (file.store === "") return settle(file, withoutCompiler(read, analysis.spec), []);
      await tools.files.looked(patternsOf(analysis.spec), hubNamesOf(analysis.spec));
      if (!isCurrent()) return;
      const understood = { ...read, analysis: { ...analysis, spec: analysis.spec } };
      const compiled = await compileText(understood, file.compiler, file.results, pauses(isCurrent));
      if (compiled && isCurrent()) {
        keepPlans(file, compiled.good);
        settle(file, compiled.good, asToWhatIsRead(compiled.problems, tools.files.refused()));
      }
    } catch (error) {
      console.error(error);
      if (isCurrent()) settle(file, file.good, []);
    } finally {
      clearTimeout(early);
    }
  }

  function settle(file: Kept, good: GoodAnalysis | undefined, problems: readonly PlacedProblem[]): void {
    const touched = new Set([...file.compilerProblems, ...problems].map((problem) => problem.file));
    file.good = good;
    file.compilerProblems = problems;
    file.compiledText = file.read.text;
    problemsChanged.fire([URI.parse(file.uri), ...[...touched].map((path) => URI.file(path))]);
    analysed.fire(file.uri);
  }

  function forget(uri: string): void {
    const file = files.get(uri);
    if (!file) return;
    file.generation++;
    files.delete(uri);
    problemsChanged.fire(file.compilerProblems.map((problem) => URI.file(problem.file)));
  }
}

function opened({ uri }: LangiumDocument, read: ReadText, tools: CompilerTools): Kept {
  const { trust } = tools;
  const store = uri.scheme === "file" ? storeBeside(uri.fsPath) : "";
  if (store !== "") tools.files.remember(store);
  const results = storedResults(store, trust.mayRead);
  return {
    uri: uri.toString(),
    store,
    results,
    times: timesHere(store, trust.isGranted),
    read,
    good: undefined,
    lastPlans: new Map(),
    compilerProblems: [],
    compiledText: read.text,
    compiler: experimentCompiler(tools, results),
    generation: 0,
  };
}

/** Removes reports of missing files that may not be read before the workspace is trusted. */
function asToWhatIsRead(problems: readonly PlacedProblem[], refused: ReadonlySet<string>): PlacedProblem[] {
  return problems.map((problem) => {
    const name = [...refused].find((each) => problem.message.includes(each));
    if (name === undefined) return problem;
    const { fixes: _, set: __, ...place } = problem;
    return { ...place, code: "not-trusted", message: notTrusted(name) };
  });
}

function keepPlans({ lastPlans, read }: AnalysedFile, { compiled }: GoodAnalysis): void {
  const declared = new Set(read.declarations.map(({ name }) => name));
  for (const name of lastPlans.keys()) if (!declared.has(name)) lastPlans.delete(name);
  for (const [name, each] of compiled) if (each.plan) lastPlans.set(name, each);
}

/** The compiler's problems. During a compilation they are the previous ones, moved to their places in the present text. */
function compilerProblemsIn(path: string, { compilerProblems, compiledText, read, uri }: Kept): readonly PlacedProblem[] {
  const problems = compilerProblems.filter((problem) => problem.file === path);
  if (problems.length === 0 || compiledText === read.text || URI.parse(uri).fsPath !== path) return problems;
  const { position } = shiftBetween(compiledText, read.text);
  return problems.map((problem) => {
    const start = position({ line: problem.line - 1, character: problem.column - 1 });
    const end = position({ line: problem.endLine - 1, character: problem.endColumn - 1 });
    return { ...problem, line: start.line + 1, column: start.character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
  });
}

function openFiles(documents: LangiumDocuments, isOpen: (uri: string) => boolean): LangiumDocument<File>[] {
  return documents.all.filter((document) => isOpen(document.uri.toString())).toArray() as LangiumDocument<File>[];
}

/** Yields to other work after every `slice`; returns false once a newer analysis exists. */
function pauses(isCurrent: () => boolean): () => Promise<boolean> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > slice) {
      await setImmediate();
      since = performance.now();
    }
    return isCurrent();
  };
}
