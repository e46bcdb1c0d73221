import { dirname, join } from "node:path";
import type { LangiumDocument } from "langium";
import { type Analysis, analysisOf } from "#language/analyse.ts";
import { documentationOf } from "#language/doc-comments.ts";
import { type Declaration, type File, isExpectation, isList } from "#language/generated/ast.ts";
import type { PretrainServices } from "#language/module.ts";
import { filesSeenFrom } from "#language/references/resolve-imports.ts";
import { entryOf } from "#language/setting-layers.ts";
import { inlineText } from "#language/text/inline.ts";
import { rangeOfName } from "#language/text-ranges.ts";
import { distinctProblems, withJobs } from "#runtime/compile/specification-problems.ts";
import type { PlacedProblem, Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { CompiledDeclaration, ExperimentCompiler } from "../compile/experiment.ts";
import { type Hint, hintsOf } from "../compile/hints.ts";
import type { StoredResults } from "../compile/stored-results.ts";
import type { OutlineDeclaration } from "../protocol.ts";

/** A text that could be lowered, with the compiler's results. Positions refer to `text`. */
export interface GoodAnalysis {
  text: string;
  spec: Spec;
  declarations: readonly DeclaredPlace[];
  compiled: ReadonlyMap<string, CompiledDeclaration>;
  hints: readonly Hint[];
}

export type DeclaredPlace = Pick<OutlineDeclaration, "kind" | "name" | "range" | "nameRange" | "doc" | "expectations">;

/** The language's analysis of a text, before compilation. */
export interface ReadText {
  text: string;
  analysis: Analysis;
  declarations: DeclaredPlace[];
  nodes: Declaration[];
}

export function readAnalysed(document: LangiumDocument<File>, services: PretrainServices): ReadText {
  const files = filesSeenFrom(document, services.shared.workspace.LangiumDocuments);
  const nodes = document.parseResult.value.declarations.filter(({ name, kind }) => name && kind);
  return {
    text: document.parseResult.value.$cstNode?.root.fullText ?? "",
    analysis: analysisOf(document.uri.fsPath, files, services),
    declarations: nodes.flatMap(placeOf),
    nodes,
  };
}

/** Compiles the text in slices. `pause` is awaited between them and cancels the work by returning false; the result is then null. */
export async function compileText(
  { text, analysis, declarations, nodes }: ReadText & { analysis: { spec: Spec } },
  compiler: ExperimentCompiler,
  results: StoredResults,
  pause: () => Promise<boolean>,
): Promise<{ good: GoodAnalysis; problems: PlacedProblem[] } | null> {
  const { spec } = analysis;
  const problems: Problem[] = [...compiler.problemsOf(spec)];
  const compiled = new Map<string, CompiledDeclaration>();
  const names = withJobs(spec);
  compiler.keepOnly(new Set(names));
  for (const name of names) {
    if (!(await pause())) return null;
    const each = compiler.compile(spec, name);
    compiled.set(name, each);
    for (const problem of each.problems) problems.push(problem);
  }
  const hints = nodes.flatMap((node) => hintsOf(node, compiled.get(node.name), spec, results));
  return { good: { text, spec, declarations, compiled, hints }, problems: distinctProblems(problems).map(analysis.place) };
}

/** The analysis of a file that is not on disk, without compilation. */
export function withoutCompiler({ text, declarations }: ReadText, spec: Spec): GoodAnalysis {
  return { text, spec, declarations, compiled: new Map(), hints: [] };
}

/** The `.pretrain` folder next to a file. */
export function storeBeside(file: string): string {
  return join(dirname(file), ".pretrain");
}

function placeOf(node: Declaration): DeclaredPlace[] {
  const range = node.$cstNode?.range;
  const nameRange = rangeOfName(node);
  if (!range || !nameRange) return [];
  const doc = documentationOf(node);
  const expectations = expectationsOf(node);
  return [
    {
      kind: node.kind,
      name: node.name,
      range,
      nameRange,
      ...(doc === undefined ? {} : { doc }),
      ...(expectations.length > 0 ? { expectations } : {}),
    },
  ];
}

function expectationsOf({ kind, body }: Declaration): NonNullable<OutlineDeclaration["expectations"]> {
  const value = kind === "compare" && body ? entryOf(body, "expect")?.value : undefined;
  if (!value) return [];
  return (isList(value) ? value.items : [value]).flatMap((each) =>
    isExpectation(each) && each.$cstNode ? [{ text: inlineText(each), range: each.$cstNode.range }] : [],
  );
}
