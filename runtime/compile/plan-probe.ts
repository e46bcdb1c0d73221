import type { FinetuneJob } from "#runtime/contract/plan.ts";
import type { FinetuneSettings, FinetuneSpec, ProbeSpec, Ref } from "#runtime/contract/spec.ts";
import { headOf } from "#runtime/programs/task-parts.ts";
import { addOnTask, startOf } from "./plan-finetuning.ts";
import { type Planner, unplannable } from "./planner.ts";

/**
 * Plans a job for every layer, task and model: the model up to that layer is frozen and followed by a linear head (Alain and Bengio 2017;
 * Tenney et al. 2019). Layer 0 is the embeddings. If the model's norms precede the sub-layers, the final norm is applied to each layer.
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
        const message = `${task} is a task of ${read.kind}${"as" in read ? " as text" : ""}, for which there is no linear classifier. Probe with a task that has labels or numbers.`;
        return unplannable(planner, "task-does-not-fit", ["probes", name, "tasks", at], message);
      }
      if (read && headOf(read)?.pooler) {
        const message = `${task} reads the first token through a pooler, but a probe is linear. Probe with a task that has pool: mean, first or last.`;
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

/** The name of a probe's job. */
export function probeName(probe: string, of: FinetuneSpec["from"], task: Ref, layer: number): string {
  return `${probe}: layer ${layer} of ${probedName(of)}, on ${task}`;
}

export function probedName(of: FinetuneSpec["from"]): string {
  return of.kind === "checkpoint" ? of.model : of.pretrain;
}

function settingsOf({ epochs, batch, optimizer }: ProbeSpec, task: Ref): FinetuneSettings {
  return { task, epochs, batch, accumulate: 1, train: { kind: "head" }, optimizer, dropout: 0 };
}
