import type { Problem } from "#runtime/contract/problem.ts";
import {
  type ComparisonSpec,
  emptySpec,
  type FinetuneSpec,
  type PretrainSpec,
  type Ref,
  type Spec,
  type Table,
} from "#runtime/contract/spec.ts";
import { modelBaselines } from "./baselines.ts";
import { cellsOf } from "./cells.ts";

/** What to plan: everything that can run, or one declaration and what it needs. */
export type Goal = { kind: "everything" } | { kind: "declaration"; name: string };

const runnable = ["corpora", "tokenizers", "pretrainings", "finetunings", "probes", "comparisons"] as const;
const others = { models: "a model", objectives: "an objective", tasks: "a task" } as const;

/** The part of a specification that a goal needs. It is a problem if no declaration of that name can run. */
export function narrow(spec: Spec, goal: Goal): { spec: Spec; problems: Problem[] } {
  if (goal.kind === "everything") return { spec, problems: [] };
  const { name } = goal;
  const kept = emptySpec(spec.file);
  const table = runnable.find((each) => Object.hasOwn(spec[each], name));
  if (!table) return { spec: kept, problems: [nothingToRun(spec, name)] };
  keeperOf(spec, kept)[table](name);
  return { spec: kept, problems: [] };
}

function nothingToRun(spec: Spec, name: string): Problem {
  const table = (Object.keys(others) as (keyof typeof others)[]).find((each) => Object.hasOwn(spec[each], name));
  const names = runnable.flatMap((each) => Object.keys(spec[each]));
  const found = table ? `${name} is ${others[table]}, which cannot be run` : `There is no declaration ${name}`;
  const path = table ? [table, name, "name"] : [];
  const offered = names.length > 0 ? `Name one of ${names.join(", ")}.` : "Declare a pretrain or a compare.";
  return { severity: "error", code: "nothing-to-run", path, message: `${found}. ${offered}` };
}

/** Copies declarations, with everything that they refer to, from one specification to another. */
function keeperOf(spec: Spec, kept: Spec) {
  const copy = <T>(from: Table<T>, to: Table<T>, name: Ref, follow: (declaration: T) => void) => {
    const declaration = from[name];
    if (declaration === undefined || Object.hasOwn(to, name)) return;
    to[name] = declaration;
    follow(declaration);
  };
  const corpora = (name: Ref) => copy(spec.corpora, kept.corpora, name, () => {});
  const tokenizers = (name: Ref) =>
    copy(spec.tokenizers, kept.tokenizers, name, (tokenizer) => {
      if (tokenizer.kind !== "existing") corpora(tokenizer.trainOn);
    });
  const models = (name: Ref) => copy(spec.models, kept.models, name, () => {});
  const tasks = (name: Ref) => copy(spec.tasks, kept.tasks, name, () => {});
  const objectives = (name: Ref) =>
    copy(spec.objectives, kept.objectives, name, (objective) => {
      if (objective.kind === "supervised") tasks(objective.task);
      if (objective.kind === "mixture" || objective.kind === "sequence") for (const part of objective.parts) objectives(part.objective);
    });
  const inputs = (pretrain: PretrainSpec) => {
    models(pretrain.model);
    objectives(pretrain.objective);
    corpora(pretrain.corpus);
    if (pretrain.tokenizer !== null) tokenizers(pretrain.tokenizer);
  };
  const pretrainings = (name: Ref) => copy(spec.pretrainings, kept.pretrainings, name, inputs);
  const start = (from: FinetuneSpec["from"]) => (from.kind === "checkpoint" ? models(from.model) : pretrainings(from.pretrain));
  const finetunings = (name: Ref) =>
    copy(spec.finetunings, kept.finetunings, name, (finetune: FinetuneSpec) => {
      start(finetune.from);
      tasks(finetune.task);
    });
  const probes = (name: Ref) =>
    copy(spec.probes, kept.probes, name, (probe) => {
      probe.of.forEach(start);
      probe.tasks.forEach(tasks);
    });
  const comparisons = (name: Ref) =>
    copy(spec.comparisons, kept.comparisons, name, (comparison: ComparisonSpec) => {
      pretrainings(comparison.extends);
      for (const { pretrain } of cellsOf(spec, name).cells) inputs(pretrain);
      for (const { task } of comparison.finetune) tasks(task);
      modelBaselines(spec, name).forEach(models);
    });
  return { corpora, tokenizers, pretrainings, finetunings, probes, comparisons };
}
