import { analyse } from "#language/index.ts";
import { compile, firstStage, type Goal } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import { narrow } from "#runtime/compile/goal.ts";
import { problemsOf as problemsOfSpec } from "#runtime/compile/specification-problems.ts";
import { counted } from "#runtime/contract/numbers.ts";
import type { EncodeJob, MeasureJob, PretrainJob } from "#runtime/contract/plan.ts";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { machineMemory } from "#runtime/machine/memory.ts";
import { openStore } from "#runtime/runs/store.ts";
import { ProblemsError } from "./exit.ts";
import { pretrainFile } from "./given-file.ts";
import type { Loaded } from "./loaded.ts";
import { nodeFiles } from "./node-files.ts";
import { fileArgument, problemLine, say } from "./output.ts";
import { storeRoot } from "./store-root.ts";
import { withAddedSeeds } from "./until-settled.ts";

/** The problems that `check` prints: those of the language and of the compiler, without repetition, in the order of the text. */
export async function checkedProblems(path: string): Promise<PlacedProblem[]> {
  const file = pretrainFile(path);
  const analysis = await analyse(file);
  const files = nodeFiles(storeRoot(file));
  const found = analysis.spec ? problemsOfSpec(analysis.spec, files, machineMemory()).map(analysis.place) : [];
  return each([...analysis.problems, ...found]);
}

/**
 * Analyses a file. Declarations with errors are left out, as are those that refer to them; the rest can be used. Prints the problems and
 * throws `ProblemsError` if the syntax leaves nothing. `warnings`: `said` prints them, for commands that run something; `counted` only
 * counts them, for commands that read results.
 */
export async function load(path: string, { warnings }: { warnings: "said" | "counted" } = { warnings: "counted" }): Promise<Loaded> {
  const file = pretrainFile(path);
  const analysis = await analyse(file);
  const { spec } = analysis;
  if (!spec) {
    for (const problem of analysis.problems.filter(isError)) say(problemLine(problem));
    throw new ProblemsError("", analysis.problems);
  }
  const store = openStore(storeRoot(file), (problem) =>
    say(`warning: ${problem}. The job counts as not done; pretrain run will run it again`),
  );
  const files = nodeFiles(store.root);
  const results = {
    known: (job: EncodeJob) => store.readResult(job),
    measured: (job: MeasureJob) => store.readResult(job),
    trained: (job: PretrainJob) => store.readResult(job),
  };
  const costs = tracedCosts();
  const said = new Set<string>();
  const sayEach = (problems: readonly PlacedProblem[]) => {
    for (const line of problems.map(problemLine)) {
      if (!said.has(line)) say(line);
      said.add(line);
    }
  };
  let hasCounted = false;
  const sayWhatMatters = (problems: readonly PlacedProblem[], ofOtherDeclarations: readonly PlacedProblem[]) => {
    sayEach(problems.filter((problem) => isError(problem) || warnings === "said"));
    const left = [
      ...countOf("warning", warnings === "counted" ? problems.filter(({ severity }) => severity === "warning") : []),
      ...countOf("error", ofOtherDeclarations.filter(isError)).map((errors) => `${errors} in declarations that are not needed here`),
    ];
    if (left.length > 0 && !hasCounted) say(`${left.join(", ")}: pretrain check ${fileArgument(file)}`);
    hasCounted ||= left.length > 0;
  };
  return {
    file,
    files: [...new Set([file, ...analysis.declarations.map((each) => each.file)])],
    spec,
    store,
    declaredAs: (name) => analysis.declarations.filter((each) => each.name === name).map(({ kind }) => kind),
    declares: (kind) => analysis.declarations.some((each) => each.kind === kind),
    sayErrors: () => sayEach(analysis.problems.filter(isError)),
    refuse(problem) {
      const placed = [analysis.place(problem)];
      sayEach(placed);
      throw new ProblemsError("", placed);
    },
    plan(name) {
      const goal: Goal = name === undefined ? { kind: "everything" } : { kind: "declaration", name };
      const options = { ...results, costs, memoryBytes: machineMemory() };
      const declared = compile(spec, goal, files, options);
      const grown = declared.plan && withAddedSeeds(spec, declared.plan, store.root);
      const compiled = grown ? compile(grown, goal, files, options) : declared;
      files.save();
      const ofText = name === undefined ? analysis.problems : analysis.problemsOf(namesIn(narrow(spec, goal).spec));
      const problems = each([...ofText, ...compiled.problems.map(analysis.place)]);
      sayWhatMatters(
        problems,
        analysis.problems.filter((problem) => !ofText.includes(problem)),
      );
      if (!compiled.plan) throw new ProblemsError("", problems);
      const first = compiled.estimated.length > 0 ? firstStage(compiled) : null;
      return { plan: compiled.plan, declared: declared.plan ?? compiled.plan, ...(first ? { first } : {}) };
    },
  };
}

/** The names in all tables of a specification. */
function namesIn(spec: Spec): Set<string> {
  const { corpora, tokenizers, models, objectives, tasks, pretrainings, finetunings, probes, comparisons } = spec;
  const tables = [corpora, tokenizers, models, objectives, tasks, pretrainings, finetunings, probes, comparisons];
  return new Set(tables.flatMap((table) => Object.keys(table)));
}

function isError({ severity }: PlacedProblem): boolean {
  return severity === "error";
}

/** `3 warnings`; empty if there are none. */
function countOf(noun: string, { length }: readonly unknown[]): string[] {
  return length === 0 ? [] : [counted(length, noun)];
}

function each(problems: readonly PlacedProblem[]): PlacedProblem[] {
  const byText = new Map(problems.map((problem) => [problemLine(problem), problem]));
  return [...byText.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
