import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { whyUndone } from "#runtime/compare/find-missing-scores.ts";
import { probedName, probeName } from "#runtime/compile/plan-probe.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import { type LayerScore, type ProbeResult, probeRows } from "#runtime/contract/probe.ts";
import { asksFor } from "./asked-metrics.ts";
import type { Loaded } from "./loaded.ts";

/** The result of a probe, from the runs that are done. */
export function probeResult(loaded: Loaded, name: string): ProbeResult {
  const probe = loaded.spec.probes[name]!;
  const jobs = new Map(jobsOf(loaded.plan(name).plan, "finetune").map((job) => [job.name, job]));
  const all: LayerScore[] = [];
  const missing: ProbeResult["missing"] = [];
  for (const of of probe.of) {
    for (const task of probe.tasks) {
      for (let layer = 0; ; layer++) {
        const job = jobs.get(probeName(name, of, task, layer));
        if (!job) break;
        const result = loaded.store.readResult(job);
        const at = { of: probedName(of), task, layer };
        const scores = result?.scores.filter(({ split }) => split === "test") ?? [];
        for (const { split: _, standard_error: __, ...score } of scores) all.push({ ...at, ...score });
        for (const metric of loaded.spec.tasks[task]!.metrics) {
          const found = scores.find((score) => score.metric === metric);
          if (typeof found?.value === "number") continue;
          const why = result ? (found?.undefined ?? "its run has no such score") : whyUndone(loaded.store, [job.id]);
          missing.push({ ...at, metric, done: result !== undefined, reason: why });
        }
      }
    }
  }
  const isOwn = ({ task, metric }: LayerScore) => asksFor(loaded.spec, task, metric);
  return { probe: name, layers: all.filter(isOwn), others: all.filter((score) => !isOwn(score)), missing };
}

/** A table with a row for each layer and a column for each model, task and metric. */
export function probeTable(result: ProbeResult): string {
  const { head, rows, warnings } = probeRows(result);
  const table = `${result.probe}: scores of a linear classifier on each layer\n\n${alignedRows(head, rows)}`;
  return warnings.length === 0 ? table : `${table}\n\nWarnings:\n${warnings.map((line) => `  ${line}`).join("\n")}`;
}
