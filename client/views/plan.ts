import * as vscode from "vscode";
import { formatBytes, formatCount, formatFlops } from "#runtime/contract/numbers.ts";
import { showDocument } from "../documents.ts";
import type { Declared } from "../language/outlines.ts";
import type { CommandLine } from "../running/command-line.ts";

interface PlannedJobs {
  jobs: {
    name: string;
    kind: string;
    state: string;
    steps: number | null;
    tokens: number | null;
    flops: number | null;
    parameters: number | null;
    memory_bytes: number | null;
  }[];
}

/** The jobs and what each costs, as Markdown beside the text. */
export async function showPlan(
  { declaration }: Declared,
  commandLine: CommandLine,
  { file, folder }: { file: string; folder: string },
): Promise<void> {
  try {
    const plan = await commandLine.json<PlannedJobs>(["plan", file, declaration.name], { folder });
    await showDocument(`Plan of ${declaration.name}.md`, planText(declaration.name, plan));
  } catch (error) {
    void vscode.window.showErrorMessage(`There is no plan of ${declaration.name}: ${(error as Error).message.split("\n")[0]}`);
  }
}

export function planText(name: string, { jobs }: PlannedJobs): string {
  const head = ["job", "kind", "state", "parameters", "steps", "tokens", "FLOPs", "memory"];
  const cell = (value: number | null, format: (value: number) => string) => (value === null ? "" : format(value));
  const rows = jobs.map((job) => [
    job.name,
    job.kind,
    job.state,
    cell(job.parameters, formatCount),
    cell(job.steps, (steps) => steps.toLocaleString("en-US")),
    cell(job.tokens, formatCount),
    cell(job.flops, formatFlops),
    cell(job.memory_bytes, formatBytes),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => (column < 3 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column < 3 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const done = jobs.filter(({ state }) => state === "done").length;
  const left = jobs.filter(({ state }) => state !== "done").reduce((sum, { flops }) => sum + (flops ?? 0), 0);
  return [
    `# Plan of ${name}`,
    "",
    `${jobs.length} jobs, ${done} done; ${formatFlops(left)} FLOPs of pre-training to do.`,
    "",
    line(head),
    rule,
    ...rows.map(line),
    "",
  ].join("\n");
}
