import { check } from "#runtime/compile/check-specification.ts";
import { type CostModel, compile } from "#runtime/compile/compile.ts";
import { narrow } from "#runtime/compile/goal.ts";
import { hubFilesOf } from "#runtime/compile/hub-data.ts";
import { checkpointFiles } from "#runtime/compile/known-checkpoints.ts";
import type { EncodeJob, InputFile, Job, MeasureJob, Plan, PretrainJob, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { machineMemory } from "#runtime/machine/memory.ts";
import { pathsOf } from "#runtime/tasks/examples.ts";
import type { Trust } from "../workspace/workspace-trust.ts";
import { unread } from "./file-hashes.ts";
import type { StoredResults } from "./stored-results.ts";
import type { TaskReadings } from "./task-readings.ts";
import type { WatchedFiles } from "./watched-files.ts";

const memoryBytes = machineMemory();

/** The compiler's result for a declaration that has jobs. */
export interface CompiledDeclaration {
  /** Null if there are errors. */
  plan: Plan | null;
  problems: Problem[];
  estimated: boolean;
  /** Whether a file is still being read. Until then, fingerprints and the ids derived from them are provisional. */
  pending: boolean;
}

export interface CompilerTools {
  files: WatchedFiles;
  costs: CostModel;
  tasks: TaskReadings;
  trust: Trust;
}

/** Compiles a file's declarations one by one, skipping those whose inputs are unchanged. */
export interface ExperimentCompiler {
  problemsOf(spec: Spec): Problem[];
  compile(spec: Spec, name: string): CompiledDeclaration;
  /** Drops cached results of all other names. */
  keepOnly(names: ReadonlySet<string>): void;
}

export function experimentCompiler({ files, costs, tasks }: CompilerTools, results: StoredResults): ExperimentCompiler {
  const known = new Map<string, { inputs: string; asked: ReadonlyMap<string, string>; compiled: CompiledDeclaration }>();
  let checked: { inputs: string; problems: Problem[] } | undefined;
  return {
    problemsOf(spec) {
      const inputs = inputsOf(spec);
      if (checked?.inputs !== inputs) checked = { inputs, problems: check(spec, files, (key) => tasks(spec, key)) };
      return checked.problems;
    },
    compile(spec, name) {
      const { spec: narrowed } = narrow(spec, { kind: "declaration", name });
      const inputs = inputsOf(narrowed);
      const found = known.get(name);
      if (found?.inputs === inputs && [...found.asked].every(([id, seen]) => results.signature(id) === seen)) return found.compiled;
      const asked = new Map<string, string>();
      const readResult = <K extends "encode" | "measure" | "pretrain">(kind: K, id: string) => {
        asked.set(id, results.signature(id));
        return results.read(kind, id);
      };
      const options = {
        costs,
        memoryBytes,
        taskOf: (key: string) => tasks(spec, key),
        known: ({ id }: EncodeJob) => readResult("encode", id),
        measured: ({ id }: MeasureJob) => readResult("measure", id),
        trained: ({ id }: PretrainJob) => readResult("pretrain", id),
      };
      const { plan, problems, estimated } = compile(spec, { kind: "declaration", name }, files, options);
      const compiled = { plan, problems, estimated: estimated.length > 0, pending: plan !== null && hasUnread(plan) };
      // taken now, because reading a file makes its hash known
      known.set(name, { inputs: inputsOf(narrowed), asked, compiled });
      return compiled;
    },
    keepOnly(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };

  /** Everything that the result depends on, except results of jobs. */
  function inputsOf(spec: Spec): string {
    const checkpoints = Object.values(spec.models).flatMap(({ checkpoint }) => (checkpoint ? [checkpoint] : []));
    const folders = checkpoints.flatMap(({ name, folder }) => [folder, files.hubModel(name) ?? []].flat());
    const described = folders.flatMap((folder) => checkpointFiles.map((file) => `${folder}/${file}`));
    return `${JSON.stringify(spec)}\n${files.signature([...patternsOf(spec), ...described])}`;
  }
}

/** Paths and patterns of all data that a specification names. */
export function patternsOf(spec: Spec): string[] {
  return [
    ...Object.values(spec.corpora).flatMap((corpus) => corpus.files),
    ...Object.values(spec.tasks).flatMap(({ train, validation, test }) => [train, validation, test].flatMap(pathsOf)),
  ];
}

/** Names of the hub's data sets that a specification reads. */
export function hubNamesOf(spec: Spec): string[] {
  return [
    ...Object.values(spec.corpora).flatMap(({ hub }) => hub?.name ?? []),
    ...Object.values(spec.tasks).flatMap((task) => hubFilesOf(task).map(({ from }) => from.hub)),
  ];
}

function hasUnread({ jobs }: Plan): boolean {
  return jobs.flatMap(filesRead).some(({ sha256 }) => sha256 === unread);
}

function filesRead(job: Job): InputFile[] {
  switch (job.kind) {
    case "corpus":
      return job.files;
    case "pretrain":
      return filesOfObjective(job.objective);
    case "finetune":
    case "evaluate":
    case "majority":
    case "contamination":
      return job.task.files;
    default:
      return [];
  }
}

function filesOfObjective(objective: ResolvedObjective): InputFile[] {
  if (objective.kind === "supervised") return objective.task.files;
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [];
  return objective.parts.flatMap((part) => filesOfObjective(part.objective));
}
