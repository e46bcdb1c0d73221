import { type AstNode, AstUtils, type LangiumDocument, URI } from "langium";
import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import type { PlacedProblem, Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { documentationOf, documentationOfFile } from "./doc-comments.ts";
import { documentProblems, silentProblemsOf } from "./document-problems.ts";
import type { Declaration, File } from "./generated/ast.ts";
import { unusable } from "./lower/unusable.ts";
import { lower } from "./lower.ts";
import { createPretrainServices, type PretrainServices } from "./module.ts";
import { placeProblem } from "./place-problems.ts";
import { filesSeenFrom, loadImports } from "./references/resolve-imports.ts";
import { ancestorsOf } from "./setting-layers.ts";
import { fileOf, placedAt, rangeOfName, startOfFile } from "./text-ranges.ts";
import { textsOnDisk } from "./texts-on-disk.ts";
import { hasSyntaxErrors } from "./validation/report-finding.ts";

export interface Analysis {
  /** Problems of the file and of the files it imports: the file's own first, each file from top to bottom. */
  problems: PlacedProblem[];
  /**
   * The problems that concern the declarations with these names: inside them, inside a declaration they extend, or outside every
   * declaration.
   */
  problemsOf(names: ReadonlySet<string>): PlacedProblem[];
  /**
   * The file's content as a specification, without declarations that have errors or depend on one that has. Null if any file has a syntax
   * error, because the meaning is then unknown.
   */
  spec: Spec | null;
  /** Places a problem of the specification in the text. */
  place(problem: Problem): PlacedProblem;
  /** Declarations of the file and of the files it imports. */
  declarations: DeclaredName[];
}

export interface DeclaredName {
  kind: DeclarationKind;
  name: string;
  file: string;
  line: number;
  column: number;
}

/** Reads a file and everything it imports, validates it and lowers it. Mistakes become problems; no content of a file makes this throw. */
export async function analyse(file: string): Promise<Analysis> {
  const { shared, pretrain } = createPretrainServices(textsOnDisk);
  const uri = URI.file(file);
  const read = await readDocument(uri, pretrain);
  if (typeof read === "string") return unreadable(uri.fsPath, read);
  await loadImports(read, shared);
  const files = filesSeenFrom(read, shared.workspace.LangiumDocuments);
  await shared.workspace.DocumentBuilder.build(files, { validation: true });
  return analysisOf(uri.fsPath, files, pretrain);
}

/** Analyses `text` in place of the content of `file`. The services are kept from one call to the next. */
export async function analyseText(
  text: string,
  file: string,
  { shared, pretrain }: ReturnType<typeof createPretrainServices>,
): Promise<Analysis> {
  const { LangiumDocuments: documents, LangiumDocumentFactory: factory, DocumentBuilder: builder } = shared.workspace;
  for (const { uri } of documents.all.toArray()) documents.deleteDocument(uri);
  const document = factory.fromString<File>(text, URI.file(file));
  documents.addDocument(document);
  await loadImports(document, shared);
  const files = filesSeenFrom(document, documents);
  await builder.build(files, { validation: true });
  return analysisOf(document.uri.fsPath, files, pretrain);
}

/** The analysis of documents that are already built. For programs that keep documents, such as the language server. */
export function analysisOf(file: string, files: readonly LangiumDocument<File>[], services: PretrainServices): Analysis {
  const declarations = files.flatMap((each) => each.parseResult.value.declarations.filter(({ name, kind }) => name && kind));
  const broken = files.some(hasSyntaxErrors);
  const lowered = broken
    ? null
    : lower({
        file,
        declarations,
        leftOut: unusable(declarations, withErrors(declarations, files)),
        readDefault: (text) => services.lowering.Defaults.read(text),
        docOf: documentationOf,
        doc: documentationOfFile(files[0]?.parseResult.value.declarations[0]),
      });
  const problems = files.flatMap(documentProblems);
  const places = { file, declarations, inPlace: lowered?.places ?? new Map() };
  return {
    problems,
    problemsOf(names) {
      const named = declarations.filter(({ name }) => names.has(name));
      const concerned = new Set(named.flatMap((declaration) => [declaration, ...ancestorsOf(declaration)]));
      return problems.filter((problem) => {
        const enclosing = declarations.filter((declaration) => isIn(problem, declaration));
        return enclosing.length === 0 || enclosing.some((declaration) => concerned.has(declaration));
      });
    },
    spec: lowered?.spec ?? null,
    place: (problem) => placeProblem(problem, places),
    declarations: declarations.map(declaredName),
  };
}

async function readDocument(uri: URI, { shared }: PretrainServices): Promise<LangiumDocument<File> | string> {
  try {
    return (await shared.workspace.LangiumDocuments.getOrCreateDocument(uri)) as LangiumDocument<File>;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function unreadable(file: string, reason: string): Analysis {
  const problem = { severity: "error", code: "missing-file", message: `${file} cannot be read: ${reason}` } as const;
  const place = (at: Problem): PlacedProblem => placedAt(file, startOfFile, at);
  const problems = [placedAt(file, startOfFile, problem)];
  return { problems, problemsOf: () => problems, spec: null, place, declarations: [] };
}

function withErrors(declarations: readonly Declaration[], files: readonly LangiumDocument[]): Set<Declaration> {
  const problems = files
    .flatMap((file) => [...documentProblems(file), ...silentProblemsOf(file)])
    .filter(({ severity }) => severity === "error");
  return new Set(declarations.filter((declaration) => problems.some((problem) => isIn(problem, declaration))));
}

function isIn(problem: PlacedProblem, declaration: Declaration): boolean {
  const range = declaration.$cstNode?.range;
  if (!range || problem.file !== fileOf(declaration)) return false;
  return problem.line > range.start.line && problem.line <= range.end.line + 1 && !isBeside(problem, range);
}

/** Whether the problem is on the declaration's first or last line, but outside the declaration. */
function isBeside({ line, column }: PlacedProblem, { start, end }: NonNullable<AstNode["$cstNode"]>["range"]): boolean {
  return (line === start.line + 1 && column <= start.character) || (line === end.line + 1 && column > end.character);
}

function declaredName(declaration: Declaration): DeclaredName {
  const { kind, name } = declaration;
  const { line, character } = (rangeOfName(declaration) ?? startOfFile).start;
  return { kind, name, file: AstUtils.getDocument(declaration).uri.fsPath, line: line + 1, column: character + 1 };
}
