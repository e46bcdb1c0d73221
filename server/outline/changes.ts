import { withoutDeclared } from "#runtime/contract/model-choices.ts";
import { formatBytes } from "#runtime/contract/numbers.ts";
import type { InputFile, Job, Plan } from "#runtime/contract/plan.ts";
import type { Change } from "../protocol.ts";

/** Returns the job with an id as planned when it ran. */
type Look = (id: string) => Job | null;

/**
 * The settings in which a plan's last job of the kind differs from an earlier run, including the jobs that it depends on. Settings that
 * follow from others are left out, except for the steps that follow from a budget.
 */
export function changesSince(earlier: Job, plan: Plan, earlierJob: Look): Change[] {
  const present = plan.jobs.findLast(({ kind }) => kind === earlier.kind);
  if (!present) return [];
  const byId = new Map(plan.jobs.map((job) => [job.id, job]));
  const [was, is] = [settingsOf(earlier, earlierJob), settingsOf(present, (id) => byId.get(id) ?? null)];
  const changes = [...new Set([...was.keys(), ...is.keys()])].flatMap((path): Change[] => {
    const [before, after] = [was.get(path), is.get(path)];
    if (before?.identity === after?.identity) return [];
    return [{ setting: settingName(path), was: before?.shown ?? "not set", is: after?.shown ?? "not set" }];
  });
  // cells of a comparison share the settings that do not vary
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

interface Setting {
  /** Equal for equal settings. */
  identity: string;
  shown: string;
}

/** Names, and values computed from other settings. */
const leftOut = new Set([
  "id",
  "kind",
  "name",
  "after",
  "fingerprint",
  "cost",
  "examples",
  "fill",
  "warmupSteps",
  "evaluateEvery",
  "save",
  "keep",
  "taskName",
  "comparison",
  "question",
  "matched",
  "labels",
  "targets",
]);

function settingsOf(job: Job, look: Look): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  visitJob("", job);
  return settings;

  function visitJob(path: string, each: Job): void {
    const own = "model" in each ? { ...each, model: withoutDeclared({ ...each.model, configured: [] }) } : each;
    for (const [key, value] of Object.entries(own)) if (!leftOut.has(key)) visit(join(path, key), value);
  }

  function visit(path: string, value: unknown): void {
    if (isFiles(value)) settings.set(path, filesSetting(value));
    else if (Array.isArray(value)) for (const [index, each] of value.entries()) visit(join(path, String(index)), each);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        // the kind of an objective or a task is a setting; the kind of a job is not
        if (key === "kind" || !leftOut.has(key)) visit(join(path, key), inner);
      }
    } else {
      const input = typeof value === "string" && /-[0-9a-f]{16}$/.test(value) ? look(value) : null;
      if (input) visitJob(path, input);
      else settings.set(path, { identity: JSON.stringify(value), shown: shownValue(value) });
    }
  }
}

/** `optimizer.learningRate` → `learning_rate`. The kind of an option is named by the option's key. */
function settingName(path: string): string {
  const words = path.split(".").filter((word) => !/^\d+$/.test(word));
  const last = words.at(-1) === "kind" && words.length > 1 ? words.at(-2) : words.at(-1);
  const within = last === "value" || last === "unit" ? words.at(-2) : last;
  return (within ?? path).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function shownValue(value: unknown): string {
  if (typeof value !== "number") return String(value ?? "none");
  return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential().replace("e+", "e") : String(value);
}

function isFiles(value: unknown): value is InputFile[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "object" && each !== null && "sha256" in each);
}

function filesSetting(files: readonly InputFile[]): Setting {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const hashes = files.map(({ sha256 }) => sha256);
  return { identity: hashes.join(" "), shown: `${files.length} ${files.length === 1 ? "file" : "files"}, ${formatBytes(bytes)}` };
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
