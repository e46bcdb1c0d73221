import type { EncodeResult, MeasureResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { EncodeJob, Job, MeasureJob, Plan, PretrainJob } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec, Table } from "#runtime/contract/spec.ts";
import { check } from "./check.ts";
import { withKnownModels } from "./checkpoints.ts";
import { type CostModel, tracedCosts } from "./costs.ts";
import type { Files } from "./files.ts";
import { canonical } from "./fingerprint.ts";
import { type Goal, narrow } from "./goal.ts";
import { jobGraph, upTo } from "./graph.ts";
import { withHubData } from "./hub-data.ts";
import { planComparison } from "./plan-comparison.ts";
import { planFinetuning } from "./plan-finetuning.ts";
import { planCorpus, planTokenizer } from "./plan-preparation.ts";
import { planPretraining } from "./plan-pretraining.ts";
import { planProbe } from "./plan-probe.ts";
import type { Planner } from "./planner.ts";
import { type TaskReader, taskReader } from "./task-reader.ts";

export type { CostModel } from "./costs.ts";
export type { Goal } from "./goal.ts";

export interface Compiled {
  /** Null where there are errors. */
  plan: Plan | null;
  problems: Problem[];
  /**
   * Jobs to do before the rest of the plan is certain: how many entries a tokenizer really has and how many tokens a corpus
   * is are known when the corpus is encoded; how long a step takes when it is measured; which learning rate is best when each was
   * tried. Until then the plan holds estimates, good for showing what it will cost; run
   * `firstStage` of it and compile again. Empty: the plan is exact.
   */
  estimated: string[];
}

export interface CompileOptions {
  /** The result of an encode job, where it is done. */
  known?: (job: EncodeJob) => EncodeResult | null | undefined;
  /** The result of a measurement of time, where it is done. */
  measured?: (job: MeasureJob) => MeasureResult | null | undefined;
  /** The result of a pre-training, where it is done: a search for a learning rate chooses by it. */
  trained?: (job: PretrainJob) => PretrainResult | null | undefined;
  costs?: CostModel;
  /** Of the machine: a step that takes more is an error. Left out: nothing is too large. */
  memoryBytes?: number;
  /** Reads the tasks' files; kept by who compiles a file again and again as it is edited. */
  taskOf?: TaskReader;
}

/**
 * From a specification to jobs. Only what the goal needs is planned and checked: a mistake elsewhere in the file does not
 * stop it.
 */
export function compile(spec: Spec, goal: Goal, files: Files, options: CompileOptions = {}): Compiled {
  const { spec: narrowed, problems } = narrow(spec, goal);
  const taskOf = options.taskOf ?? taskReader(narrowed, files);
  for (const problem of check(narrowed, files, taskOf)) problems.push(problem);
  if (hasErrors(problems)) return { plan: null, problems, estimated: [] };
  const { known = () => null, measured = () => null, trained = () => null, costs = tracedCosts(), memoryBytes } = options;
  const { spec: whole, known: checkpoints } = withKnownModels(withHubData(narrowed, files), files);
  const planner: Planner = {
    spec: whole,
    checkpoints,
    files,
    costs,
    memoryBytes,
    taskOf,
    known,
    measured,
    trained,
    graph: jobGraph(),
    problems,
    estimated: new Set(),
  };
  const goals = planGoals(planner, goal);
  const found = [...new Map(problems.map((problem) => [canonical(problem), problem])).values()];
  if (hasErrors(found)) return { plan: null, problems: found, estimated: [] };
  const estimated = [...planner.estimated];
  // What was planned only to be measured against (a comparison's reference, where no cell is it) is not run.
  const jobs = upTo(planner.graph.jobs(), [...goals.map(({ id }) => id), ...estimated]);
  return { plan: { file: spec.file, jobs }, problems: found, estimated };
}

/** The part of a plan that does not rest on estimates and that ends them: the estimated jobs and what they are made from. */
export function firstStage({ plan, estimated }: Compiled): Plan | null {
  return plan && { file: plan.file, jobs: upTo(plan.jobs, estimated) };
}

/** Plans what is wanted; what it needs is planned on the way. */
function planGoals(planner: Planner, goal: Goal): Job[] {
  const { corpora, tokenizers, pretrainings, finetunings, probes, comparisons } = planner.spec;
  const planned = <T extends Job>(table: Table<unknown>, plan: (planner: Planner, name: string) => T | T[] | null) =>
    Object.keys(table)
      .filter((name) => goal.kind === "everything" || goal.name === name)
      .flatMap((name) => plan(planner, name) ?? []);
  return [
    ...planned(corpora, planCorpus),
    ...planned(tokenizers, planTokenizer),
    ...planned(pretrainings, planPretraining),
    ...planned(finetunings, planFinetuning),
    ...planned(probes, planProbe),
    ...planned(comparisons, planComparison),
  ];
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
