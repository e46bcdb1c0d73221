import type { FinetuneJob } from "#runtime/contract/plan.ts";
import type { FinetuneSettings, FinetuneSpec, ProbeSpec, Ref } from "#runtime/contract/spec.ts";
import { headOf } from "#runtime/programs/task-parts.ts";
import { addOnTask, startOf } from "./plan-finetuning.ts";
import { type Planner, unplannable } from "./planner.ts";

/**
 * A job for every layer, task and model: the model up to that layer, frozen, and a linear head behind it (Alain and Bengio 2017; Tenney
 * et al. 2019). Layer 0 is the embeddings. Where the model's norms stand before the sub-layers, each layer is read behind the last norm.
 */
export function planProbe(planner: Planner, name: string): FinetuneJob[] | null {
  const probe = planner.spec.probes[name]!;
  const jobs: FinetuneJob[] = [];
  for (const [index, of] of probe.of.entries()) {
    const start = startOf(planner, of, ["probes", name, "of", index]);
    if (!start) return null;
    const { layers } = start.from ? start.from.model : start.model;
    for (const [at, task] of probe.tasks.entries()) {
      const { task: read } = planner.taskOf(task);
      if (read && !headOf(read)) {
        const message = `${task} is a task of ${read.kind}${"as" in read ? " as text" : ""}, which has no classifier to probe with. Probe with a task that has labels or numbers.`;
        return unplannable(planner, "task-does-not-fit", ["probes", name, "tasks", at], message);
      }
      if (read && headOf(read)?.pooler) {
        const message = `${task} reads the first token through a pooler, and a probe is linear. Probe with a task that has pool: mean, first or last.`;
        return unplannable(planner, "task-does-not-fit", ["probes", name, "tasks", at], message);
      }
      for (let layer = 0; layer <= layers; layer++) {
        const job = addOnTask(planner, start, {
          settings: settingsOf(probe, task),
          seed: probe.seed,
          name: probeName(name, of, task, layer),
          at: ["probes", name],
          layers: layer,
        });
        if (job?.kind !== "finetune") return null;
        jobs.push(job);
      }
    }
  }
  return jobs;
}

/** What a job of a probe is called. */
export function probeName(probe: string, of: FinetuneSpec["from"], task: Ref, layer: number): string {
  return `${probe}: layer ${layer} of ${probedName(of)}, on ${task}`;
}

export function probedName(of: FinetuneSpec["from"]): string {
  return of.kind === "checkpoint" ? of.model : of.pretrain;
}

function settingsOf({ epochs, batch, optimizer }: ProbeSpec, task: Ref): FinetuneSettings {
  return { task, epochs, batch, accumulate: 1, train: { kind: "head" }, optimizer, dropout: 0 };
}
