import { cpSync, mkdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { InputFile, Job, Plan, ResolvedObjective } from "#runtime/contract/plan.ts";
import { writeJson, writeWhole } from "#runtime/store/files.ts";
import type { Loaded } from "./loaded.ts";
import { version } from "./version.ts";

export interface BundleContent {
  loaded: Loaded;
  name: string;
  plan: Plan;
  result: ComparisonResult;
  commands: readonly string[];
}

/**
 * Everything that another machine needs to come to the same numbers: the declaration and what it imports, the files that it reads,
 * all where they lie in relation to each other, and the results to hold the new ones against.
 */
export function writeBundle(folder: string, { loaded, name, plan, result, commands }: BundleContent): void {
  const inputs = [...new Map(plan.jobs.flatMap(filesRead).map((file) => [file.path, file])).values()];
  const paths = [...loaded.files, ...inputs.map(({ path }) => path)];
  const root = commonFolder(paths);
  for (const path of paths) {
    const target = join(folder, "experiment", relative(root, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
  }
  const home = relative(root, dirname(loaded.file));
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

function filesRead(job: Job): InputFile[] {
  if (job.kind === "corpus") return job.files;
  if (job.kind === "pretrain") return filesOfObjective(job.objective);
  return "task" in job ? job.task.files : [];
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
