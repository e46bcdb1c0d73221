import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { openStore } from "#runtime/runs/store.ts";
import { eventsIn, folderWith, labelled, pretrain, sentences, startPretrain } from "./cli.ts";

const minute = 60_000;

const experiment = (steps: number) => `
corpus tales {
  files: "tales.txt"
  documents: line
  split: { validation: 10%, test: 10% }
}
tokenizer letters {
  kind: characters
  train on: tales
  sentinels: 4
}
model tiny {
  layers: 1
  hidden: 16
  heads: 2
  context: 32
  dropout: 0%
}
task mood = classification {
  train: "mood.tsv"
  validation: 20%
  test: 20%
  text: sentence
  label: polarity
}
objective clm = causal
objective mlm = masked
pretrain base {
  model: tiny
  objective: clm
  corpus: tales
  tokenizer: letters
  budget: ${steps} steps
  batch: 4
  save: every 50 steps, keep 1
}
/** Which objective? */
compare objectives {
  extends: base
  vary objective: [clm, mlm]
  match: tokens
  finetune: { task: mood, epochs: 1 }
  seeds: 1..2
  baselines: [scratch, majority]
  expect: mlm > clm on mood.accuracy
}
`;

const folderOf = (steps: number) => folderWith({ "a.pretrain": experiment(steps), "tales.txt": sentences(400), "mood.tsv": labelled(60) });

test("a comparison from an empty folder to its table, and again without work", { timeout: 5 * minute }, async () => {
  const folder = folderOf(4);
  const stepsIn = async () => {
    const { stdout } = await pretrain(folder, "plan", "a.pretrain", "objectives", "--json");
    const { jobs } = JSON.parse(stdout) as { jobs: Record<string, unknown>[] };
    for (const { kind, done, estimated_seconds, seconds } of jobs)
      if (kind === "pretrain" || kind === "finetune")
        expect([estimated_seconds, seconds].map((each) => each !== null)).toEqual([!done, done]);
    return jobs.filter(({ kind }) => kind === "finetune").map(({ name, steps }) => [name, steps]);
  };
  const planned = await stepsIn();
  expect(planned.length).toBeGreaterThan(0);
  const first = await pretrain(folder, "run", "a.pretrain", "objectives", "--jobs", "2");
  expect(first, first.stderr).toMatchObject({ code: 0 });
  for (const text of ["Which objective?", "mood.accuracy", "scratch", "majority", "on mood", "every seed and the method", "To try next:"])
    expect(first.stdout).toContain(text);
  expect(first.stdout).toMatch(/mlm > clm on mood.accuracy: (confirmed|refuted|undecided)/);

  // what was planned is what was done
  expect(await stepsIn()).toEqual(planned);

  // single runs know how far their scores would move with other text or other examples
  const store = openStore(join(folder, ".pretrain"));
  const scores = store.jobs().flatMap((id) => {
    const job = store.readJob(id);
    return job?.kind === "pretrain"
      ? (store.readResult(job)?.scores ?? [])
      : job?.kind === "finetune"
        ? (store.readResult(job)?.scores ?? [])
        : [];
  });
  const erring = (metric: string) => scores.filter((score) => score.metric === metric && score.split === "test");
  for (const metric of ["loss", "perplexity", "bits_per_byte", "accuracy", "f1"])
    expect(
      erring(metric).some(({ standard_error: error }) => error !== undefined && error > 0),
      metric,
    ).toBe(true);
  for (const { value, standard_error: error } of erring("perplexity"))
    expect(erring("loss").some((loss) => Math.abs(error! / value! / loss.standard_error! - 1) < 0.01)).toBe(true);

  // what is expected of it decides the exit code
  const again = await pretrain(folder, "run", "a.pretrain", "objectives", "--json", "--strict");
  expect(again.code).toBe(first.stdout.includes("mood.accuracy: confirmed") ? 0 : 4);
  expect(new Set(eventsIn(again.stdout).map(({ event }) => event))).toEqual(new Set(["job-skipped"]));

  const results = await pretrain(folder, "results", "a.pretrain", "--json");
  const document = JSON.parse(results.stdout) as ComparisonResult;
  expect(document).toMatchObject({ comparison: "objectives", question: "Which objective?" });
  expect(new Set(document.summary.map(({ cell }) => cell))).toContain("majority");
  expect(document.summary.filter(({ cell }) => cell === "mlm").every(({ n }) => n === 2)).toBe(true);
  expect(document.verdicts.filter(({ left, right }) => left === "clm" && right === "mlm").length).toBeGreaterThan(0);

  const plan = await pretrain(folder, "plan", "a.pretrain", "objectives", "--json");
  const { jobs } = JSON.parse(plan.stdout) as {
    jobs: { id: string; kind: string; done: boolean; steps: number | null; after: string[] }[];
  };
  expect(jobs.every(({ done }) => done)).toBe(true);
  expect(jobs.find(({ kind }) => kind === "pretrain")).toMatchObject({ steps: 4 });

  // what was expected was on record before a test split was read
  expect(document.expectations[0]).toMatchObject({ text: "mlm > clm on mood.accuracy", before_test: true });
  expect(document.contamination).toMatchObject([{ task: "mood", corpus: "tales" }]);

  const settled = await pretrain(folder, "run", "a.pretrain", "objectives", "--until", "settled", "--max-seeds", "3", "--jobs", "2");
  expect(settled, settled.stderr).toMatchObject({ code: 0 });
  const open = document.verdicts.some(({ left, right, verdict }) => left === "clm" && right === "mlm" && verdict === "no verdict");
  const seeds = JSON.parse((await pretrain(folder, "results", "a.pretrain", "--json")).stdout) as ComparisonResult;
  expect(seeds.summary.filter(({ cell }) => cell === "mlm").every(({ n }) => n === (open ? 3 : 2))).toBe(true);

  const [one, other] = jobs.filter(({ kind }) => kind === "pretrain");
  const diff = await pretrain(folder, "diff", "a.pretrain", one!.id, other!.id.slice(0, 14), "--json");
  const { differences } = JSON.parse(diff.stdout) as { differences: { field: string; left: unknown; right: unknown }[] };
  expect(differences).toContainEqual({ field: "objective.kind", left: "causal", right: "masked" });

  const text = await pretrain(folder, "generate", "a.pretrain#base", "--prompt", "the old", "--tokens", "5", "--json");
  expect(text, text.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(text.stdout)).toMatchObject({ prompt: "the old", text: expect.any(String) });
});

test("Ctrl-C stops cleanly with 130, and running again goes on from the checkpoint", { timeout: 2 * minute }, async () => {
  const folder = folderOf(1500);
  const first = startPretrain(folder, "run", "a.pretrain", "base", "--json");
  await first.event(({ event }) => event === "checkpoint");
  first.process.kill("SIGINT");
  const stopped = await first.ended;
  expect(stopped, stopped.stderr).toMatchObject({ code: 130 });
  const stop = eventsIn(stopped.stdout).find(({ event }) => event === "job-stopped");
  expect(stop).toMatchObject({ step: expect.any(Number) });
  expect(stopped.stderr).toContain("resumes from here");
  const store = openStore(join(folder, ".pretrain"));
  expect(store.state(stop!.job)).toBe("stopped");

  const second = startPretrain(folder, "run", "a.pretrain", "base", "--json");
  const resumed = await second.event(({ event }) => event === "step");
  expect(resumed).toMatchObject({ step: (stop as { step: number }).step + 1 });
  const finished = await second.ended;
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  expect(store.state(stop!.job)).toBe("done");
});

test("a job killed by SIGKILL is a failed run with exit 3; again goes on", { timeout: 2 * minute }, async () => {
  const folder = folderOf(1500);
  const first = startPretrain(folder, "run", "a.pretrain", "base", "--json");
  const started = await first.event((event) => event.event === "job-started" && event.kind === "pretrain");
  await first.event(({ event }) => event === "checkpoint");
  process.kill((started as { pid: number }).pid, "SIGKILL");
  const failed = await first.ended;
  expect(failed.code).toBe(3);
  expect(eventsIn(failed.stdout).at(-1)).toMatchObject({ event: "job-failed", message: expect.stringContaining("SIGKILL") });

  const again = await pretrain(folder, "run", "a.pretrain", "base", "--json");
  expect(again, again.stderr).toMatchObject({ code: 0 });
  const steps = eventsIn(again.stdout).flatMap((event) => (event.event === "step" ? [event.step] : []));
  expect(steps[0]).toBeGreaterThan(50);
  expect(steps.at(-1)).toBe(1500);
});

test.skipIf(process.platform === "win32")("jobs stop when the command line that started them is killed", { timeout: minute }, async () => {
  const folder = folderOf(100_000);
  const first = startPretrain(folder, "run", "a.pretrain", "base", "--json");
  const started = await first.event((event) => event.event === "job-started" && event.kind === "pretrain");
  await first.event(({ event }) => event === "checkpoint");
  first.process.kill("SIGKILL");
  await first.ended;
  const store = openStore(join(folder, ".pretrain"));
  while (store.state(started.job) === "running") await new Promise((resolve) => setTimeout(resolve, 50));
  expect(
    readFileSync(join(store.runFolder(started.job), "events.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .at(-1),
  ).toContain("job-stopped");
});

test("preview prepares the corpus and shows pairs with measured rates", { timeout: minute }, async () => {
  const folder = folderOf(4);
  const shown = await pretrain(folder, "preview", "a.pretrain", "mlm", "--json");
  expect(shown, shown.stderr).toMatchObject({ code: 0 });
  const { parts } = JSON.parse(shown.stdout) as {
    parts: { part: string; pairs: { input: string; target: string }[]; measured: Record<string, number> }[];
  };
  expect(parts).toHaveLength(1);
  expect(parts[0]!.pairs.some(({ input }) => input.includes("<mask>"))).toBe(true);
  expect(parts[0]!.measured.rate).toBeGreaterThan(0.1);
  expect(parts[0]!.measured.rate).toBeLessThan(0.2);
  expect(existsSync(join(folder, ".pretrain/runs"))).toBe(true);
});
