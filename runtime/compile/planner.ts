import type { EncodeResult, MeasureResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { EncodeJob, MeasureJob, PretrainJob } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { CostModel } from "./costs.ts";
import type { JobGraph } from "./job-graph.ts";
import type { KnownCheckpoint } from "./known-checkpoints.ts";
import type { Files } from "./planning-files.ts";
import { error } from "./rules/rule.ts";
import type { ReadTask } from "./task-reader.ts";

/** The state of planning. Planning functions return null if a declaration cannot be planned, after they added a problem. */
export interface Planner {
  /** The specification with the sizes of checkpoints filled in. */
  spec: Spec;
  /** Checkpoints by the name of the model. */
  checkpoints: ReadonlyMap<string, KnownCheckpoint>;
  files: Files;
  costs: CostModel;
  /** Memory of the machine in bytes; undefined: unknown, so that nothing is too large. */
  memoryBytes: number | undefined;
  taskOf: ReadTask;
  /** The result of an encode job, if it is done. */
  known(job: EncodeJob): EncodeResult | null | undefined;
  /** The step time of a pre-training on this machine, if it was measured. */
  measured(job: MeasureJob): MeasureResult | null | undefined;
  /** The result of a pre-training, if it is done. */
  trained(job: PretrainJob): PretrainResult | null | undefined;
  graph: JobGraph;
  /** Problems found while planning. */
  problems: Problem[];
  /** Ids of jobs whose results the plan had to estimate. */
  estimated: Set<string>;
}

/** Adds the problem that something cannot be planned. */
export function unplannable(planner: Planner, code: string, path: SpecPath, message: string): null {
  planner.problems.push(error(code, path, message));
  return null;
}
