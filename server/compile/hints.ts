import { type Declaration, isNamed } from "#language/generated/ast.ts";
import { blockOf, entryOf } from "#language/setting-layers.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import { counted, formatCount, formatFlops } from "#runtime/contract/numbers.ts";
import type { JobOf, Plan } from "#runtime/contract/plan.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import type { Position } from "../protocol.ts";
import type { CompiledDeclaration } from "./experiment.ts";
import type { StoredResults } from "./stored-results.ts";
import { epochsOf } from "./summary.ts";

/** A hint from the compiler, shown at the end of an entry. */
export interface Hint {
  position: Position;
  label: string;
  tooltip: string;
}

/**
 * The hints of a declaration: the parameters at `model:`, steps and epochs at `budget:`, the matched amount at `match:`. Only for keys that
 * the declaration itself sets.
 */
export function hintsOf(node: Declaration, compiled: CompiledDeclaration | undefined, spec: Spec, results: StoredResults): Hint[] {
  const plan = compiled?.plan;
  if (!plan) return [];
  const about = compiled.estimated ? "about " : "";
  if (node.kind === "pretrain") return pretrainHints(node, plan, about, spec, results);
  if (node.kind === "compare") return comparisonHints(node, plan, about);
  return node.kind === "finetune" ? finetuneHints(node, plan) : [];
}

function pretrainHints(node: Declaration, plan: Plan, about: string, spec: Spec, results: StoredResults): Hint[] {
  const job = jobsOf(plan, "pretrain").at(-1);
  if (!job) return [];
  const { cost, steps, model } = job;
  const corpus = spec.pretrainings[node.name]?.corpus;
  const epochs = epochsOf(plan, job, results);
  const bought = [
    ...(epochs === undefined || corpus === undefined
      ? []
      : [`${about}${rounded(epochs)} ${epochs === 1 ? "epoch" : "epochs"} of ${corpus}`]),
    `${steps.toLocaleString("en-US")} ${steps === 1 ? "step" : "steps"}`,
    `${formatCount(cost.tokensPerStep * steps)} tokens`,
    `${formatFlops(cost.flopsPerStep * steps)} FLOPs`,
  ];
  const unit = spec.pretrainings[node.name]?.budget.unit;
  const said: Partial<Record<string, number>> = { steps: 1, tokens: 2, flops: 3 };
  const rest = bought.filter((_, index) => index !== (said[unit ?? ""] ?? -1) - (bought.length === 3 ? 1 : 0));
  return [
    ...hintAt(
      node,
      "model",
      sizes(cost),
      `${cost.parameters.toLocaleString("en-US")} parameters as ${article(model.architecture)}${estimate(about)}`,
    ),
    ...hintAt(node, "budget", shortened(rest), `${bought.join("\n")}${estimate(about)}`),
  ];
}

function comparisonHints(node: Declaration, plan: Plan, about: string): Hint[] {
  const comparison = jobsOf(plan, "compare").at(-1);
  const pretrainings = jobsOf(plan, "pretrain");
  const first = comparison?.cells[0]?.matched;
  if (!comparison || !first) return [];
  const each = {
    tokens: `${formatCount(first.tokens)} tokens`,
    flops: `${formatFlops(first.flops)} FLOPs`,
    steps: `${first.steps.toLocaleString("en-US")} steps`,
    params: `${formatCount(first.parameters - first.embeddings)} weights outside embeddings`,
    time: "the same time",
  };
  const total = pretrainings.reduce((sum, { cost, steps }) => sum + cost.flopsPerStep * steps, 0);
  const cells = comparison.cells.map(
    ({ cell, matched }) =>
      `${cell}: ${matched.steps.toLocaleString("en-US")} steps, ${formatCount(matched.tokens)} tokens, ${formatFlops(matched.flops)} FLOPs`,
  );
  const finetunings = jobsOf(plan, "finetune").length;
  const evaluations = jobsOf(plan, "evaluate").length;
  const runs = [
    counted(pretrainings.length, "pre-training"),
    ...(finetunings > 0 ? [counted(finetunings, "fine-tuning")] : []),
    ...(evaluations > 0 ? [counted(evaluations, "evaluation")] : []),
  ];
  const tooltip = `${cells.join("\n")}${estimate(about)}`;
  return [
    ...hintAt(node, "match", `${about}${each[comparison.match]} each`, tooltip),
    ...hintAt(
      node,
      "seeds",
      shortened([runs.join(", "), `${formatFlops(total)} FLOPs`]),
      `${formatFlops(total)} FLOPs together\n${tooltip}`,
    ),
  ];
}

function finetuneHints(node: Declaration, plan: Plan): Hint[] {
  const job = jobsOf(plan, "finetune").at(-1);
  if (!job) return [];
  return hintAt(
    node,
    "train",
    `${formatCount(job.cost.parameters)} trained`,
    `${job.cost.parameters.toLocaleString("en-US")} numbers change`,
  );
}

function sizes({ parameters, embeddings }: JobOf<"pretrain">["cost"]): string {
  return `${formatCount(parameters - embeddings)} body + ${formatCount(embeddings)} embeddings`;
}

/** Places a hint at the end of the entry's value if the declaration itself has the entry. */
function hintAt(node: Declaration, key: string, label: string, tooltip: string): Hint[] {
  const block = blockOf(node);
  const value = block && entryOf(block, key)?.value;
  const end = value && (isNamed(value) && value.body ? value.body.$cstNode : value.$cstNode)?.range.end;
  return end ? [{ position: end, label, tooltip }] : [];
}

/** Shortens a hint to what VS Code shows (`editor.inlayHints.maximumLength`); the tooltip has the rest. */
function shortened(parts: readonly string[]): string {
  return parts.reduce((text, part) => (`${text} · ${part}`.length > 43 ? text : `${text} · ${part}`));
}

function estimate(about: string): string {
  return about === "" ? "" : "\nAn estimate until the corpus is encoded.";
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(2)));
}

function article(architecture: string): string {
  return `${architecture.startsWith("d") ? "a" : "an"} ${architecture}`;
}
