import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Job } from "#runtime/contract/plan.ts";
import { openStore, type Store } from "#runtime/store/store.ts";
import { type EngineChoice, engineChoices } from "./engines.ts";
import { sayFailures, UsageError } from "./exit.ts";
import { print, printJson, say } from "./output.ts";
import { findRun, runTable } from "./runs.ts";

interface GenerateOptions {
  prompt: string;
  tokens: number;
  temperature: number;
  topK?: number;
  seed: number;
  engine: EngineChoice;
  json?: boolean;
}

export function addGenerate(program: Command): void {
  program
    .command("generate")
    .description("text from a model: a decoder or an encoder-decoder")
    .argument(
      "<checkpoint>",
      "a run folder, or FILE#RUN: a pretrain declared in a .pretrain file, or a run of it by id, beginning of id, or name",
    )
    .requiredOption("--prompt <text>", "what the text begins with")
    .option("--tokens <n>", "at most so many new tokens", atLeast(1, true), 100)
    .option("--temperature <t>", "0: always the likeliest token", atLeast(0, false), 1)
    .option("--top-k <k>", "draw from the k likeliest tokens only", atLeast(1, true))
    .option("--seed <n>", "the same seed gives the same text", atLeast(0, true), 1)
    .addOption(new Option("--engine <engine>", "what runs the model").choices(engineChoices).default("auto"))
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      '\nExamples:\n  $ pretrain generate experiment.pretrain#base --prompt "We the people"\n  $ pretrain generate .pretrain/runs/pretrain-1f2e3d4c5b6a7980 --prompt "We" --temperature 0.8 --top-k 40',
    )
    .action(async (checkpoint: string, options: GenerateOptions) => {
      const { store, job } = await findCheckpoint(checkpoint);
      if (!store.isDone(job.id)) throw new UsageError(`${job.name} is ${store.state(job.id)}: run it to its end first`);
      const { generate } = await import("#runtime/train/generate.ts");
      const { prompt, tokens, temperature, topK, seed, engine } = options;
      await sayFailures(async () => {
        const generation = { prompt, tokens, temperature, topK: topK ?? null, seed, onWarning: say };
        const text = await generate(store.runFolder(job.id), generation, engine);
        if (options.json) printJson({ run: job.id, name: job.name, prompt, text });
        else print(text);
      });
    });
}

async function findCheckpoint(checkpoint: string): Promise<{ store: Store; job: Job }> {
  const hash = checkpoint.lastIndexOf("#");
  const found = hash > 0 ? await findInFile(checkpoint.slice(0, hash), checkpoint.slice(hash + 1)) : findByFolder(checkpoint);
  if (found.job.kind !== "pretrain") throw new UsageError(`${found.job.name} is a ${found.job.kind}; text comes from a pretrain`);
  return found;
}

async function findInFile(path: string, run: string): Promise<{ store: Store; job: Job }> {
  const { load } = await import("./load.ts");
  const loaded = await load(path);
  if (Object.hasOwn(loaded.spec.pretrainings, run)) {
    return { store: loaded.store, job: loaded.plan(run).plan.jobs.at(-1)! };
  }
  return { store: loaded.store, job: findRun(runTable(loaded.plan().plan, loaded.store), run) };
}

function findByFolder(path: string): { store: Store; job: Job } {
  const folder = resolve(path);
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${path}; write a run folder or FILE#RUN`);
  // <root>/runs/<id>
  const store = openStore(dirname(dirname(folder)));
  const job = store.readJob(basename(folder));
  if (!job) throw new UsageError(`${path} is not a run folder: it has no job.json`);
  return { store, job };
}

function atLeast(least: number, whole: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`A ${whole ? "whole " : ""}number from ${least} is needed.`);
    }
    return value;
  };
}
