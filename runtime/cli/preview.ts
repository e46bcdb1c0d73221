import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { PretrainJob, ResolvedObjective, ResolvedTask } from "#runtime/contract/plan.ts";
import type { Preview, PreviewPart } from "#runtime/contract/preview.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { localProcesses } from "#runtime/scheduling/local-processes.ts";
import { schedule } from "#runtime/scheduling/schedule.ts";
import { exitCodes, ProblemsError, UsageError } from "./exit.ts";
import { type Loaded, requireDeclared } from "./loaded.ts";
import { print, printJson, say, shownPath } from "./output.ts";
import { ownCommand } from "./own-command.ts";

export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("show (input → target) pairs that an objective makes of the corpus, with measured rates")
    .argument("<file>", "a .pretrain file")
    .argument("<objective>", "an objective declared in it that a pretrain or compare uses")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain preview experiment.pretrain mlm\n  $ pretrain preview experiment.pretrain t5 --json")
    .action(async (path: string, name: string, options: { json?: boolean }) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      requireDeclared(loaded, name, ["objective"]);
      const { objective, pretrain } = findUse(loaded, name);
      const parts = await previewParts(name, objective, pretrain, loaded);
      if (options.json) printJson({ objective: name, pretrain: pretrain.name, parts } satisfies Preview);
      else parts.forEach(printPart);
    });
}

const shownPairs = 4;
const measuredSequences = 256;

/** Previews each part of an objective. Corpus and tokenizer are prepared first if they are not done. */
async function previewParts(name: string, objective: ResolvedObjective, pretrain: PretrainJob, loaded: Loaded): Promise<PreviewPart[]> {
  const { partSchedule } = await import("#runtime/objectives/part-schedule.ts");
  const parts = partSchedule(objective, 1).parts.map((part) => ({ ...part, name: part.name === objective.kind ? name : part.name }));
  const previews: PreviewPart[] = [];
  for (const part of parts) {
    const preview =
      part.objective.kind === "supervised" ? await previewTask(part.objective.task) : await previewText(part.objective, pretrain, loaded);
    previews.push({ part: part.name, ...preview });
  }
  return previews;
}

async function previewText(
  objective: Exclude<ResolvedObjective, { kind: "supervised" | "mixture" | "sequence" }>,
  pretrain: PretrainJob,
  loaded: Loaded,
) {
  await prepare(pretrain, loaded);
  const [{ openTokenizer }, { openDataSet }, { previewObjective }] = await Promise.all([
    import("#runtime/tokenizers/tokenizer.ts"),
    import("#runtime/encoding/data-sets.ts"),
    import("./preview-pairs.ts"),
  ]);
  const { store } = loaded;
  const tokenizer = openTokenizer(store.runFolder(pretrain.tokenizer));
  const encode = store.readJob(pretrain.encoded);
  const encoded = encode?.kind === "encode" ? store.readResult(encode) : undefined;
  if (!encoded) throw new Error(`${pretrain.encoded} is done but has no result`);
  const tokens = openDataSet(store.runFolder(pretrain.encoded), encoded, "train");
  const preview = previewObjective({
    objective,
    model: pretrain.model,
    vocabulary: tokenizer.vocabulary,
    tokens,
    decode: tokenizer.decodeWithSpecialTokens,
    pairs: shownPairs,
    sequences: measuredSequences,
    seed: pretrain.seed,
  });
  tokens.close();
  return preview;
}

async function previewTask(task: ResolvedTask): Promise<Omit<PreviewPart, "part">> {
  const [{ readExamples }, { definitionOf }] = await Promise.all([
    import("#runtime/tasks/examples.ts"),
    import("#runtime/tasks/task-definitions.ts"),
  ]);
  const { examples } = readExamples(task, "train", (path) => readFileSync(path));
  const shown = examples.map(definitionOf(task.kind).shown);
  const share = (label: string) => shown.filter(({ target }) => target === label).length / shown.length;
  return {
    pairs: shown.slice(0, shownPairs),
    measured: Object.fromEntries(task.labels.map((label) => [`label ${label}`, share(label)])),
    sequences: examples.length,
  };
}

/** Runs the jobs that encode the corpus, unless they are done. */
async function prepare(pretrain: PretrainJob, loaded: Loaded): Promise<void> {
  const { plan } = loaded.plan();
  const requested = new Set([pretrain.encoded, pretrain.tokenizer]);
  // inputs come before the jobs that read them
  for (const job of plan.jobs.toReversed()) if (requested.has(job.id)) for (const id of job.after) requested.add(id);
  const jobs = plan.jobs.filter((job) => requested.has(job.id));
  const failures: string[] = [];
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal);
  const { states, interrupted } = await schedule(
    { file: plan.file, jobs },
    {
      store: loaded.store,
      runner: localProcesses(loaded.store, ownCommand()),
      engine: "auto",
      threadsOf: () => threadsFor(1),
      parallel: 1,
      signal: stop.signal,
      killSignal: new AbortController().signal,
      onEvent(event) {
        if (event.event === "job-started") say(`preparing ${event.name}`);
        if (event.event === "job-failed") failures.push(event.message);
      },
    },
  );
  process.off("SIGINT", onSignal);
  if (interrupted) process.exit(exitCodes.interrupted);
  if ([...states.values()].some((state) => state !== "done"))
    throw new ProblemsError(["the corpus could not be prepared", ...failures.slice(0, 1)].join(": "));
}

/** The objective as it is used in a pre-training: as its objective, or as a part of its mixture. */
function findUse(loaded: Loaded, name: string): { objective: ResolvedObjective; pretrain: PretrainJob } {
  for (const declared of usersOf(loaded.spec, name)) {
    const { plan } = loaded.plan(declared);
    const pretrainings = jobsOf(plan, "pretrain");
    const labelled = jobsOf(plan, "compare")
      .flatMap((job) => job.cells)
      .filter(({ cell }) => cell.split(", ").includes(name))
      .flatMap(({ runs }) => runs.map(({ pretrain }) => pretrain));
    const own = pretrainings.find(
      (job) => labelled.includes(job.id) || (job.name === declared && loaded.spec.pretrainings[declared]?.objective === name),
    );
    if (own) return { objective: own.objective, pretrain: own };
    for (const pretrain of pretrainings) {
      const part = partNamed(pretrain.objective, name);
      if (part) return { objective: part, pretrain };
    }
  }
  throw new UsageError(
    `nothing in ${shownPath(loaded.file)} trains with ${name}: name it in a pretrain or compare to give it a corpus and a model`,
  );
}

/** Names of pre-trainings and comparisons that may train with an objective; those that name it come first. */
function usersOf(spec: Spec, objective: string): string[] {
  const pretrainings = Object.entries(spec.pretrainings);
  const naming = pretrainings.filter(([, pretrain]) => pretrain.objective === objective).map(([name]) => name);
  const others = pretrainings.map(([name]) => name).filter((name) => !naming.includes(name));
  return [...naming, ...Object.keys(spec.comparisons), ...others];
}

function partNamed(objective: ResolvedObjective, name: string): ResolvedObjective | undefined {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return undefined;
  for (const part of objective.parts) {
    const found = part.name === name ? part.objective : partNamed(part.objective, name);
    if (found) return found;
  }
  return undefined;
}

function printPart({ part, pairs, measured, sequences }: PreviewPart): void {
  print(`${part}\n`);
  for (const { input, target } of pairs) print(`  input   ${oneLine(input)}\n  target  ${oneLine(target)}\n`);
  const rates = Object.entries(measured).map(([name, value]) => `${name.replaceAll("_", " ")} ${shownRate(name, value)}`);
  print(`  measured over ${sequences.toLocaleString("en-US")} sequences: ${rates.join(", ")}\n`);
}

function shownRate(name: string, value: number): string {
  return name.startsWith("mean_") ? value.toFixed(2) : `${(value * 100).toFixed(1)}%`;
}

function oneLine(text: string): string {
  return text.replaceAll("\n", "⏎");
}
