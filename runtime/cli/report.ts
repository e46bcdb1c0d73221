import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { type Command, Option } from "commander";
import { compareRuns, runsIn } from "#runtime/compare/compare.ts";
import { fieldsOf } from "#runtime/compare/job-fields.ts";
import { type ReportInput, reportOf } from "#runtime/compare/report/contents.ts";
import type { ReportDocument } from "#runtime/compare/report/document.ts";
import { htmlReport } from "#runtime/compare/report/html.ts";
import { latexReport } from "#runtime/compare/report/latex.ts";
import { markdownReport } from "#runtime/compare/report/markdown.ts";
import type { Curve } from "#runtime/compare/report/svg-charts.ts";
import { groupBy } from "#runtime/contract/group.ts";
import { hasResults } from "#runtime/contract/missing-score.ts";
import type { CompareJob, Job, Plan } from "#runtime/contract/plan.ts";
import { eventBlocks, lastEvent } from "#runtime/runs/event-log.ts";
import { readManifest } from "#runtime/runs/manifest.ts";
import type { Store } from "#runtime/runs/store.ts";
import { writeUserFile } from "#runtime/runs/user-file.ts";
import { inputsOf, writeBundle } from "./bundle.ts";
import { UsageError } from "./exit.ts";
import { comparisonIn, type Loaded, requireDeclared } from "./loaded.ts";
import { fileArgument, print, say, shellWord, shownPath } from "./output.ts";
import { version } from "./version.ts";

const formats = { html: htmlReport, markdown: markdownReport, latex: latexReport } satisfies Record<
  string,
  (document: ReportDocument) => string
>;

interface ReportOptions {
  to: keyof typeof formats;
  out?: string;
  bundle?: string;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .description(
      "write a report to share: the answer, intervals, charts, methods with every setting, contamination, cost, and how to reproduce it",
    )
    .argument("<file>", "a .pretrain file")
    .argument("<name>", "a compare declared in it")
    .addOption(new Option("--to <format>", "the document's format").choices(Object.keys(formats)).default("html"))
    .option("--out <path>", "file to write; default: stdout")
    .option("--bundle <folder>", "also write a folder with the declaration, its data and the results, to reproduce it elsewhere")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pretrain report experiment.pretrain objectives --to html --out report.html\n  $ pretrain report experiment.pretrain objectives --to markdown\n  $ pretrain report experiment.pretrain objectives --to latex --out report.tex --bundle objectives-bundle",
    )
    .action(async (path: string, name: string, options: ReportOptions) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      requireDeclared(loaded, name, ["compare"]);
      const { plan } = loaded.plan(name);
      const input = reportInput(loaded, plan, comparisonIn(plan, name));
      if (!hasResults(input.result))
        throw new UsageError(`nothing of ${name} has a result yet: pretrain run ${fileArgument(loaded.file)} ${name}`);
      if (options.out !== undefined) refuseOwn(options.out, loaded, plan);
      if (options.bundle !== undefined && existsSync(options.bundle))
        throw new UsageError(`${options.bundle} exists already; name a new folder`);
      const text = formats[options.to](reportOf(input));
      if (options.bundle !== undefined) {
        writeBundle(options.bundle, { loaded, name, plan, result: input.result, commands: input.commands });
        say(`${options.bundle}: its README.md has the commands that reproduce the comparison`);
      }
      if (options.out === undefined) print(text.trimEnd());
      else writeUserFile(options.out, text);
    });
}

/** Throws if the report would overwrite something that it reports on, by any path: the text, the data or the results. */
function refuseOwn(out: string, { files, store }: Loaded, plan: Plan): void {
  const found = statSync(out, { throwIfNoEntry: false, bigint: true });
  const isSame = (path: string) => {
    const own = statSync(path, { throwIfNoEntry: false, bigint: true });
    return found !== undefined && own?.ino === found.ino && own.dev === found.dev;
  };
  const [own] = [...files, ...inputsOf(plan).map(({ path }) => path)].filter(isSame);
  if (own !== undefined) throw new UsageError(`--out ${out} is ${shownPath(own)}, which the experiment reads; name another file`);
  const place = found?.isFile() ? realpathSync(out) : resolve(out);
  if ([store.root, realpathSync(store.root)].some((root) => place.startsWith(`${root}${sep}`)))
    throw new UsageError(`--out ${out} is in the folder of results ${shownPath(store.root)}; name a file elsewhere`);
}

function reportInput(loaded: Loaded, plan: Plan, job: CompareJob): ReportInput {
  const { store } = loaded;
  const byId = new Map(plan.jobs.map((each) => [each.id, each]));
  const jobOf = (id: string) => byId.get(id);
  const pretrainings = job.cells.map(({ runs }) => settingsOf(jobOf(runs[0]!.pretrain)!, jobOf));
  const [first] = job.cells[0]?.runs ?? [];
  const finetunings = (first?.finetunes ?? [])
    .filter((each, index, all) => all.findIndex((other) => other.task === each.task) === index)
    .map(({ task, job: id }) => ({ task, fields: settingsOf(jobOf(id)!, jobOf) }));
  const all = [...pretrainings, ...finetunings.map(({ fields }) => fields)];
  return {
    result: compareRuns(job, runsIn(store)),
    files: loaded.files.map((file) => ({ name: relative(dirname(loaded.file), file), text: readFileSync(file, "utf8") })),
    pretraining: rowsOf(pretrainings),
    finetuning: rowsOf(finetunings.map(({ fields }) => fields)),
    cells: job.cells.map(({ cell }) => cell),
    tasks: finetunings.map(({ task }) => task),
    curves: curvesOf(job, store),
    work: workOf(plan, store),
    versions: versionsOf(plan, store),
    fingerprints: fingerprintsOf(plan),
    commands: commandsFor(loaded, plan, job),
    used: all.flatMap((fields) => [...fields].filter(([field]) => /(^| )kind$/.test(field)).map(([, value]) => String(value))),
  };
}

/**
 * The settings of a run, with their names in the language. Derived settings, settings of other tables (the model of a fine-tuning), files,
 * and the seed, which differs on purpose, are left out.
 */
function settingsOf(job: Job, jobOf: (id: string) => Job | undefined): Map<string, unknown> {
  const ofPretraining =
    /^(seed|cost|kind|evaluateEvery|save|keep|encoded\.(kind|tokenizer|corpus\.kind)|tokenizer\.(kind|corpus))\b|sha256$|bytes$|path$/;
  const ofFinetuning = /^(seed|cost|examples|fill|kind|from|taskName|model|tokenizer|task\.labels)\b|sha256$|bytes$|path$/;
  const left = job.kind === "pretrain" ? ofPretraining : ofFinetuning;
  const own = [...fieldsOf(job, jobOf)].filter(
    ([field, value]) => !left.test(field) && !(typeof value === "string" && value.startsWith("/")),
  );
  return new Map(own.map(([field, value]) => [named(field), value]));
}

function named(field: string): string {
  return field
    .replace("encoded.corpus.corpus.", "corpus ")
    .replace("tokenizer.tokenizer.", "tokenizer ")
    .replace(/^settings\./, "")
    .replaceAll(".", " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

function rowsOf(columns: readonly ReadonlyMap<string, unknown>[]): { field: string; values: string[] }[] {
  const fields = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const shown = (value: unknown) => (value === undefined || value === null ? "–" : String(value));
  return fields.map((field) => ({ field, values: columns.map((column) => shown(column.get(field))) }));
}

/** The validation losses of each cell, for its seeds. */
function curvesOf(job: CompareJob, store: Store): Curve[] {
  return job.cells.flatMap(({ cell, runs }) => {
    const losses = new Map<number, number[]>();
    for (const { pretrain } of runs) {
      const own = new Map<number, number>();
      for (const { events } of eventBlocks(store.runFolder(pretrain)))
        for (const event of events)
          if (event.event === "evaluation" && event.metric === "loss" && event.split === "validation" && event.value !== null)
            own.set(event.step, event.value);
      for (const [step, loss] of own) losses.set(step, [...(losses.get(step) ?? []), loss]);
    }
    const points = [...losses]
      .sort(([a], [b]) => a - b)
      .map(([step, values]) => ({
        at: step,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        low: Math.min(...values),
        high: Math.max(...values),
      }));
    return points.length > 0 ? [{ cell, points }] : [];
  });
}

function workOf({ jobs }: Plan, store: Store): ReportInput["work"] {
  return [...groupBy(jobs, ({ kind }) => kind)].map(([kind, of]) => ({
    kind,
    jobs: of.length,
    done: of.filter(({ id }) => store.isDone(id)).length,
    seconds: of.reduce((sum, { id }) => sum + secondsOf(id, store), 0),
  }));
}

function secondsOf(id: string, store: Store): number {
  const last = lastEvent(store.runFolder(id));
  return last?.event === "job-done" ? last.seconds : 0;
}

/** Versions and machines from the manifests of the runs; several values if the runs differ. */
function versionsOf({ jobs }: Plan, store: Store): ReportInput["versions"] {
  const sessions = jobs.flatMap(({ id }) => readManifest(store.runFolder(id))?.sessions ?? []);
  const engines = sessions.flatMap(({ engine }) => (engine ? [engine] : []));
  const distinct = (values: readonly string[]) => [...new Set(values)].sort().join("; ") || "–";
  return [
    { name: "pretrain", value: distinct([...sessions.map((session) => session.pretrain), version()]) },
    { name: "Node", value: distinct(sessions.map(({ node }) => node)) },
    { name: "platform", value: distinct(sessions.map(({ platform }) => platform)) },
    { name: "engine", value: distinct(engines.map((each) => `${each.engine} ${each.version}`)) },
    { name: "device", value: distinct(engines.map(({ device }) => device)) },
    { name: "threads of a job", value: distinct(engines.map(({ threads }) => `${threads}`)) },
  ];
}

function fingerprintsOf({ jobs }: Plan): ReportInput["fingerprints"] {
  const files = jobs.flatMap((job) => (job.kind === "corpus" ? job.files : "task" in job ? job.task.files : []));
  const named = new Map(files.map(({ path, sha256 }) => [path, { name: basename(path), sha256 }]));
  return [
    ...named.values(),
    ...jobs.filter(({ kind }) => kind === "compare").map(({ name, fingerprint }) => ({ name, sha256: fingerprint })),
  ];
}

/** The commands that reproduce a comparison; with the engine if all jobs ran on the same one, since another gives other bits. */
function commandsFor({ file, store }: Loaded, { jobs }: Plan, job: CompareJob): string[] {
  const until = job.interimAnalyses ? ` --until settled --max-seeds ${job.interimAnalyses.max}` : "";
  const engines = jobs.flatMap(({ id }) => readManifest(store.runFolder(id))?.sessions.flatMap(({ engine }) => engine?.engine ?? []) ?? []);
  const engine = new Set(engines).size === 1 ? ` --engine ${engines[0]}` : "";
  return [
    `pretrain run ${shellWord(basename(file))} ${job.comparison}${engine}${until}`,
    `pretrain results ${shellWord(basename(file))} ${job.comparison}`,
  ];
}
