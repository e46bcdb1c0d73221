import type { EncodeResult, MeasureResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { EncodeJob, Job, MeasureJob, Plan, PretrainJob } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec, Table } from "#runtime/contract/spec.ts";
import { check } from "./check-specification.ts";
import { type CostModel, tracedCosts } from "./costs.ts";
import { canonical } from "./fingerprint.ts";
import { type Goal, narrow } from "./goal.ts";
import { withHubData } from "./hub-data.ts";
import { jobGraph, upTo } from "./job-graph.ts";
import { withKnownModels } from "./known-checkpoints.ts";
import { planComparison } from "./plan-comparison.ts";
import { planFinetuning } from "./plan-finetuning.ts";
import { planCorpus, planTokenizer } from "./plan-preparation.ts";
import { planPretraining } from "./plan-pretraining.ts";
import { planProbe } from "./plan-probe.ts";
import type { Planner } from "./planner.ts";
import type { Files } from "./planning-files.ts";
import { type ReadTask, taskReader } from "./task-reader.ts";

export type { CostModel } from "./costs.ts";
export type { Goal } from "./goal.ts";

export interface Compiled {
  /** Null if there are errors. */
  plan: Plan | null;
  problems: Problem[];
  /**
   * Ids of jobs that must be done before the rest of the plan is certain. The size of a vocabulary and the number of tokens of a corpus
   * are known once the corpus is encoded, the step time once it is measured, and the best learning rate once all were tried. Until then,
   * the plan contains estimates, which are good enough to show its cost; run its `firstStage` and compile again. Empty: the plan is exact.
   */
  estimated: string[];
}

export interface CompileOptions {
  /** The result of an encode job, if it is done. */
  known?: (job: EncodeJob) => EncodeResult | null | undefined;
  /** The result of a step time measurement, if it is done. */
  measured?: (job: MeasureJob) => MeasureResult | null | undefined;
  /** The result of a pre-training, if it is done; a learning rate search uses it. */
  trained?: (job: PretrainJob) => PretrainResult | null | undefined;
  costs?: CostModel;
  /** Memory of the machine, in bytes: a step that needs more is an error. Absent: there is no limit. */
  memoryBytes?: number;
  /** Reads the tasks' files. Callers that compile a file repeatedly while it is edited keep it. */
  taskOf?: ReadTask;
}

/**
 * Compiles a specification into a plan. Only what the goal needs is planned and checked; errors elsewhere in the file do not prevent it.
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
  // a job that was planned only as a reference (the extended pre-training of a comparison, if it is no cell) is not run
  const jobs = upTo(planner.graph.jobs(), [...goals.map(({ id }) => id), ...estimated]);
  return { plan: { file: spec.file, jobs }, problems: found, estimated };
}

/** The part of a plan that contains no estimates and makes them unnecessary: the estimated jobs and their inputs. */
export function firstStage({ plan, estimated }: Compiled): Plan | null {
  return plan && { file: plan.file, jobs: upTo(plan.jobs, estimated) };
}

/** Plans the goal, and on the way everything that it needs. */
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
