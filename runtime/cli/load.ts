import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { analyse } from "#language/index.ts";
import { compile, firstStage, type Goal } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import { problemsOf as problemsOfSpec } from "#runtime/compile/problems.ts";
import type { EncodeJob, MeasureJob, PretrainJob } from "#runtime/contract/plan.ts";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { machineMemory } from "#runtime/engines/threads.ts";
import { openStore } from "#runtime/store/store.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import type { Loaded } from "./loaded.ts";
import { withAddedSeeds } from "./looks.ts";
import { nodeFiles } from "./node-files.ts";
import { problemLine, say } from "./output.ts";
import { storeRoot } from "./store-root.ts";

/** What `check` prints: the language's problems and the compiler's, each once, in the order of the text. */
export async function problemsOf(path: string): Promise<PlacedProblem[]> {
  const file = existing(path);
  const analysis = await analyse(file);
  const files = nodeFiles(storeRoot(file));
  const found = analysis.spec ? problemsOfSpec(analysis.spec, files, machineMemory()).map(analysis.place) : [];
  return each([...analysis.problems, ...found]);
}

/**
 * Analyses a file. A declaration with errors is left out, and so is what needs it: the rest can be worked with. Says the
 * problems and throws `ProblemsError` where the syntax leaves nothing.
 */
export async function load(path: string): Promise<Loaded> {
  const file = existing(path);
  const analysis = await analyse(file);
  const { spec } = analysis;
  if (!spec) {
    for (const problem of analysis.problems) say(problemLine(problem));
    throw new ProblemsError("", analysis.problems);
  }
  const store = openStore(storeRoot(file), (problem) => say(`warning: ${problem}. The job counts as not done; pretrain run does it again`));
  const files = nodeFiles(store.root);
  const results = {
    known: (job: EncodeJob) => store.readResult(job),
    measured: (job: MeasureJob) => store.readResult(job),
    trained: (job: PretrainJob) => store.readResult(job),
  };
  const costs = tracedCosts();
  const said = new Set<string>();
  const sayEach = (problems: readonly PlacedProblem[]) => {
    for (const line of problems.map(problemLine)) if (!said.has(line)) say(line);
    for (const line of problems.map(problemLine)) said.add(line);
  };
  return {
    file,
    files: [...new Set([file, ...analysis.declarations.map((each) => each.file)])],
    spec,
    store,
    declaredAs: (name) => analysis.declarations.filter((each) => each.name === name).map(({ kind }) => kind),
    sayProblems: () => sayEach(analysis.problems),
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
      const problems = each([...analysis.problems, ...compiled.problems.map(analysis.place)]);
      sayEach(problems);
      if (!compiled.plan) throw new ProblemsError("", problems);
      const first = compiled.estimated.length > 0 ? firstStage(compiled) : null;
      return { plan: compiled.plan, declared: declared.plan ?? compiled.plan, ...(first ? { first } : {}) };
    },
  };
}

function existing(path: string): string {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  return resolve(path);
}

function each(problems: readonly PlacedProblem[]): PlacedProblem[] {
  const byText = new Map(problems.map((problem) => [problemLine(problem), problem]));
  return [...byText.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
