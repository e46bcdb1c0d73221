import type { EncodeResult, MeasureResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { EncodeJob, MeasureJob, PretrainJob } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { KnownCheckpoint } from "./checkpoints.ts";
import type { CostModel } from "./costs.ts";
import type { Files } from "./files.ts";
import type { JobGraph } from "./graph.ts";
import { error } from "./rules/rule.ts";
import type { TaskReader } from "./task-reader.ts";

/** What planning reads and fills. Its functions answer null where a declaration cannot be planned, having noted why. */
export interface Planner {
  /** With the sizes of checkpoints in place. */
  spec: Spec;
  /** By the name of the model. */
  checkpoints: ReadonlyMap<string, KnownCheckpoint>;
  files: Files;
  costs: CostModel;
  /** What the machine has; undefined: not known, and nothing is too large. */
  memoryBytes: number | undefined;
  taskOf: TaskReader;
  /** The result of an encode job that is done. */
  known(job: EncodeJob): EncodeResult | null | undefined;
  /** What a step of a pre-training takes here, where that is measured. */
  measured(job: MeasureJob): MeasureResult | null | undefined;
  /** The result of a pre-training that is done. */
  trained(job: PretrainJob): PretrainResult | null | undefined;
  graph: JobGraph;
  /** Found on the way. */
  problems: Problem[];
  /** Jobs whose results the plan had to estimate. */
  estimated: Set<string>;
}

/** Notes that something cannot be planned. */
export function unplannable(planner: Planner, code: string, path: SpecPath, message: string): null {
  planner.problems.push(error(code, path, message));
  return null;
}
