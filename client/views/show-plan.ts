import * as vscode from "vscode";
import { markdownText } from "#runtime/contract/markdown-text.ts";
import { formatBytes, formatCount, formatFlops, formatRoughly, formatSeconds } from "#runtime/contract/numbers.ts";
import { showMarkdown } from "../documents.ts";
import type { Declared } from "../language/outlines.ts";
import { showError } from "../notify.ts";
import type { CommandLine } from "../running/command-line.ts";

interface PlannedJobs {
  engine: string;
  jobs: {
    name: string;
    kind: string;
    state: string;
    steps: number | null;
    steps_are: string | null;
    tokens: number | null;
    flops: number | null;
    parameters: number | null;
    memory_bytes: number | null;
    seconds: number | null;
    estimated_seconds: number | null;
  }[];
}

/** Shows the jobs of a plan and their costs as Markdown beside the text. */
export async function showPlan(
  { declaration }: Declared,
  commandLine: CommandLine,
  { file, folder }: { file: string; folder: string },
): Promise<void> {
  const engine = vscode.workspace.getConfiguration("pretrain").get("engine", "auto");
  try {
    const plan = await commandLine.json<PlannedJobs>(["plan", file, declaration.name, "--engine", engine], { folder });
    await showMarkdown(`Plan of ${declaration.name}`, planText(declaration.name, plan));
  } catch (error) {
    void showError(`There is no plan of ${declaration.name}: ${(error as Error).message.split("\n")[0]}.`);
  }
}

export function planText(name: string, { engine, jobs }: PlannedJobs): string {
  const head = ["job", "kind", "state", "parameters", "steps", "tokens", "FLOPs", "memory", "time"];
  const cell = (value: number | null, format: (value: number) => string) => (value === null ? "" : format(value));
  const rows = jobs.map((job) => [
    markdownText(job.name),
    job.kind,
    job.state,
    cell(job.parameters, formatCount),
    cell(job.steps, (steps) => `${job.steps_are === "exact" ? "" : `${job.steps_are} `}${steps.toLocaleString("en-US")}`),
    cell(job.tokens, formatCount),
    cell(job.flops, formatFlops),
    cell(job.memory_bytes, formatBytes),
    cell(job.seconds, formatSeconds) || cell(job.estimated_seconds, about),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => (column < 3 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column < 3 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const left = jobs.filter(({ state }) => state !== "done");
  const total = (of: "flops" | "estimated_seconds") => left.reduce((sum, job) => sum + (job[of] ?? 0), 0);
  const time = total("estimated_seconds") > 0 ? `, ${about(total("estimated_seconds"))} of training on ${engine}` : "";
  return [
    `# Plan of ${markdownText(name)}`,
    "",
    `${jobs.length} jobs, ${jobs.length - left.length} done; ${formatFlops(total("flops"))} FLOPs to do${time}.`,
    "",
    line(head),
    rule,
    ...rows.map(line),
    "",
  ].join("\n");
}

function about(seconds: number): string {
  return `about ${formatRoughly(seconds)}`;
}
