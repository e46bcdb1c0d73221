import { cpSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { InputFile, Job, Plan, ResolvedObjective } from "#runtime/contract/plan.ts";
import { hubCache } from "#runtime/hub/cache.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { openStore, type Store } from "#runtime/runs/store.ts";
import { writeJson, writeWhole } from "#runtime/runs/whole-files.ts";
import { UsageError } from "./exit.ts";
import type { Loaded } from "./loaded.ts";
import { shownPath } from "./output.ts";
import { storeRoot } from "./store-root.ts";
import { version } from "./version.ts";

export interface BundleContent {
  loaded: Loaded;
  name: string;
  plan: Plan;
  result: ComparisonResult;
  commands: readonly string[];
}

/**
 * Writes a bundle with everything that another machine needs to reproduce a comparison: the declaration and its imports, the files that it
 * reads, in their relative places, the step times measured on this machine (if steps follow from them), and the results to compare
 * with. Models of the hub are named but not copied.
 */
export function writeBundle(folder: string, { loaded, name, plan, result, commands }: BundleContent): void {
  const inputs = inputsOf(plan).filter(({ path }) => !path.startsWith(`${hubCache()}${sep}`));
  requireRelative(loaded, inputs);
  const paths = [...loaded.files, ...inputs.map(({ path }) => path)];
  const root = commonFolder(paths);
  for (const path of paths) {
    const target = join(folder, "experiment", relative(root, path));
    makeFolders(dirname(target));
    cpSync(path, target);
  }
  const home = relative(root, dirname(loaded.file));
  const target = openStore(storeRoot(join(folder, "experiment", relative(root, loaded.file))));
  for (const id of timesOf(loaded.store, plan)) cpSync(loaded.store.runFolder(id), target.runFolder(id), { recursive: true });
  writeJson(join(folder, "results.json"), result);
  writeJson(join(folder, "bundle.json"), {
    pretrain: version(),
    node: process.version,
    comparison: name,
    file: relative(root, loaded.file),
    inputs: inputs.map(({ path, bytes, sha256 }) => ({ path: relative(root, path), bytes, sha256 })),
    jobs: plan.jobs.map(({ id, kind, name: of, fingerprint }) => ({ id, kind, name: of, fingerprint })),
  });
  writeWhole(join(folder, "README.md"), readme(name, ["cd", join("experiment", home)].join(" "), commands));
}

/** The distinct files that a plan reads, without the text of the experiment. */
export function inputsOf({ jobs }: Plan): InputFile[] {
  return [...new Map(jobs.flatMap(filesRead).map((file) => [file.path, file])).values()];
}

function readme(name: string, enter: string, commands: readonly string[]): string {
  return `# ${name}

A comparison made with Pretrain ${version()}, as it was run. \`results.json\` holds its results, \`bundle.json\` the fingerprints of what it read
and of every job. Run it again:

\`\`\`
${[enter, ...commands].join("\n")}
\`\`\`

The same engine, version and number of threads give the same numbers, bit for bit; others give them up to rounding. Jobs have the same
names as in \`bundle.json\`: a name is the hash of what a job computes.
`;
}

/** Ids of the step-time measurements on the plan's encoded corpora. Once the times are known, plans no longer contain these jobs. */
function timesOf(store: Store, plan: Plan): string[] {
  const encoded = new Set(jobsOf(plan, "encode").map(({ id }) => id));
  return jobsOf(plan, "compare").some(({ match }) => match === "time")
    ? store.jobs().filter((id) => {
        const job = store.readJob(id);
        return job?.kind === "measure" && encoded.has(job.encoded) && store.isDone(id);
      })
    : [];
}

function filesRead(job: Job): InputFile[] {
  switch (job.kind) {
    case "corpus":
      return job.files;
    case "tokenizer":
      return "file" in job ? [job.file] : "checkpoint" in job ? job.checkpoint.files : [];
    case "measure":
    case "pretrain":
      return [...filesOfObjective(job.objective), ...(job.model.weights?.files ?? [])];
    case "finetune":
    case "evaluate":
      return [...job.task.files, ...(job.model.weights?.files ?? [])];
    default:
      return "task" in job ? job.task.files : [];
  }
}

/** Throws if the text names an absolute path, which does not exist on another machine. */
function requireRelative({ files }: Loaded, inputs: readonly InputFile[]): void {
  for (const file of files) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/"([^"\n]+)"/g)) {
      const [start = ""] = path.split("*");
      if (!isAbsolute(path) || !inputs.some((input) => input.path.startsWith(start))) continue;
      throw new UsageError(
        `${shownPath(file)} names ${path}, which does not exist on another machine: write a path relative to the file's folder`,
      );
    }
  }
}

function filesOfObjective(objective: ResolvedObjective): InputFile[] {
  if (objective.kind === "supervised") return objective.task.files;
  return "parts" in objective ? objective.parts.flatMap((part) => filesOfObjective(part.objective)) : [];
}

function commonFolder(paths: readonly string[]): string {
  const parts = paths.map((path) => dirname(path).split(sep));
  const [first = []] = parts;
  const length = first.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return first.slice(0, length < 0 ? first.length : length).join(sep) || sep;
}
