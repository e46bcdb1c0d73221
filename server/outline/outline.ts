import { join } from "node:path";
import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { isHubName } from "#runtime/hub/cache.ts";
import type { AnalysedFile } from "../analysis/analyses.ts";
import type { DeclaredPlace, GoodAnalysis } from "../analysis/file-analysis.ts";
import { shiftBetween } from "../analysis/shift.ts";
import type { CompiledDeclaration } from "../compile/experiment.ts";
import { planSummary } from "../compile/summary.ts";
import type { TaskReadings } from "../compile/task-readings.ts";
import type { WatchedFiles } from "../compile/watched-files.ts";
import type { Measured, Outline, OutlineDeclaration, OutlinePlan } from "../protocol.ts";

export interface OutlineContext {
  file: AnalysedFile & { good: GoodAnalysis };
  /** The present text and its version. */
  text: string;
  version: number;
  /** Problems of the text as last read. */
  problems: readonly PlacedProblem[];
  tasks: TaskReadings;
  files: WatchedFiles;
  /** The engine that times are estimated for. */
  engine: string;
}

/**
 * The outline of a file for lenses and views. If the text is broken, it shows the last valid declarations at their places in the present
 * text.
 */
export function outlineOf(context: OutlineContext): Outline {
  const { file, text, version } = context;
  const stale = file.read.analysis.spec === null;
  const known = stale
    ? { declarations: file.good.declarations, text: file.good.text }
    : { declarations: file.read.declarations, text: file.read.text };
  const shift = shiftBetween(known.text, text);
  return {
    uri: file.uri,
    version,
    store: file.store,
    stale,
    declarations: known.declarations.map((place) => ({
      ...place,
      range: shift.range(place.range),
      nameRange: shift.range(place.nameRange),
      ...(place.expectations ? { expectations: place.expectations.map(({ text, range }) => ({ text, range: shift.range(range) })) } : {}),
      ...knownOf(context, place, stale),
    })),
  };
}

type Known = Pick<OutlineDeclaration, "runnable" | "errors" | "plan" | "measured" | "download">;

function knownOf(context: OutlineContext, place: DeclaredPlace, stale: boolean): Known {
  const { file, tasks } = context;
  const { good } = file;
  const compiled = good.compiled.get(place.name);
  const last = compiled?.plan ? compiled : file.lastPlans.get(place.name);
  const plan = planOf(context, place.kind, last, stale || last !== compiled);
  const measured = measuredOf(place, good, last, file, tasks);
  return {
    runnable: place.kind in goalKinds,
    errors: errorsIn(context, place, compiled),
    ...(plan ? { plan } : {}),
    ...(measured ? { measured } : {}),
    ...downloadOf(good, context.files, place),
  };
}

function downloadOf({ spec }: GoodAnalysis, files: WatchedFiles, { kind, name }: DeclaredPlace): { download?: string } {
  const checkpoint = kind === "model" ? spec.models[name]?.checkpoint : undefined;
  if (!checkpoint || !isHubName(checkpoint.name) || files.isFile(join(checkpoint.folder, "config.json"))) return {};
  return files.hubModel(checkpoint.name) ? {} : { download: checkpoint.name };
}

/** The declarations that `pretrain run` accepts, with their kinds of jobs. */
const goalKinds: Partial<Record<DeclarationKind, readonly Job["kind"][]>> = {
  pretrain: ["pretrain"],
  finetune: ["finetune", "evaluate"],
  probe: ["finetune"],
  compare: ["compare"],
};

function planOf(
  { file, engine }: OutlineContext,
  kind: DeclarationKind,
  compiled: CompiledDeclaration | undefined,
  stale: boolean,
): OutlinePlan | undefined {
  const goals = goalKinds[kind];
  if (!goals || !compiled?.plan) return undefined;
  const times = { estimates: file.times.on(engine), engine };
  const summary = planSummary({ ...compiled, plan: compiled.plan }, goals, file.results, times);
  return { stale, ...(kind === "probe" ? probeSummary(summary) : summary) };
}

/** The summary of a probe, without parameters: each of its classifiers has its own. */
function probeSummary({ parameters: _, embeddings: __, ...summary }: Omit<OutlinePlan, "stale">): Omit<OutlinePlan, "stale"> {
  return { ...summary, goals: summary.jobs.filter(({ kind }) => kind === "finetune").map(({ id }) => id) };
}

/** The errors in the declaration's text; if only its plan has any (in what it refers to), those. */
function errorsIn({ file, problems }: OutlineContext, { range, kind }: DeclaredPlace, compiled: CompiledDeclaration | undefined): number {
  const path = file.read.analysis.place({ severity: "error", code: "", message: "", path: [] }).file;
  const own = problems.filter(
    ({ severity, file: where, line }) => severity === "error" && where === path && line > range.start.line && line <= range.end.line + 1,
  ).length;
  if (own > 0 || file.read.analysis.spec === null || file.store === "") return own;
  const compiles = compiled ? compiled.plan !== null : !(kind in goalKinds);
  return compiles ? 0 : Math.max(1, compiled?.problems.filter(({ severity }) => severity === "error").length ?? 0);
}

function measuredOf(
  { kind, name }: DeclaredPlace,
  good: GoodAnalysis,
  compiled: CompiledDeclaration | undefined,
  file: AnalysedFile,
  tasks: TaskReadings,
): Measured | undefined {
  if (kind === "task" && good.spec.tasks[name] && file.store !== "") {
    const { task, sizes } = tasks(good.spec, name);
    return task ? { of: "task", examples: sizes, labels: task.labels } : undefined;
  }
  const plan = compiled?.plan;
  if (kind === "corpus" && plan) return measuredCorpus(plan, file);
  return kind === "tokenizer" && plan ? measuredTokenizer(plan, good, name, file) : undefined;
}

function measuredCorpus(plan: Plan, { results }: AnalysedFile): Measured | undefined {
  const job = jobsOf(plan, "corpus").at(-1);
  if (!job) return undefined;
  const splits = results.read("corpus", job.id)?.splits;
  return {
    of: "corpus",
    files: job.files.length,
    bytes: job.files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(splits ? { documents: Object.values(splits).reduce((sum, { documents }) => sum + documents, 0) } : {}),
  };
}

function measuredTokenizer(plan: Plan, good: GoodAnalysis, name: string, { results }: AnalysedFile): Measured | undefined {
  const job = jobsOf(plan, "tokenizer").at(-1);
  const trained = job && results.read("tokenizer", job.id)?.vocabulary;
  if (trained !== undefined) return { of: "tokenizer", vocabulary: trained, trained: true };
  if (job && "file" in job) return { of: "tokenizer", vocabulary: job.vocabulary, trained: true };
  const spec = good.spec.tokenizers[name];
  const declared = spec && spec.kind !== "existing" ? spec.vocabulary : null;
  return declared ? { of: "tokenizer", vocabulary: declared, trained: false } : undefined;
}
