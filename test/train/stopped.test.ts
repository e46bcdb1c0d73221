import { describe, expect, test, vi } from "vitest";
import type { RunEvent } from "#runtime/contract/events.ts";
import { type Random, random } from "#runtime/random/random.ts";
import { type Interruption, leftBehind, runInterrupted } from "./stopping.ts";
import { drawCase, folderOf, type StoppingCase } from "./stopping-cases.ts";

/** A case follows from its number alone. More of them: PRETRAIN_STOP_CASES=200; others: PRETRAIN_STOP_SEED=7. */
const cases = Number(process.env.PRETRAIN_STOP_CASES ?? 4);
const seed = Number(process.env.PRETRAIN_STOP_SEED ?? 1);

vi.setConfig({ testTimeout: 120_000 });

describe("after stops or crashes at random steps and another run, the results equal those of an uninterrupted run", () => {
  test.each(Array.from({ length: cases }, (_, i) => i))("case %d", async (index) => {
    const from = random(seed, "stopping", index);
    const drawn = drawCase(from);
    const whole = folderOf(drawn);
    const events = await eventsOf(whole, drawn.name);
    const stopped = folderOf(drawn);
    const met = await runInterrupted(stopped, drawn.name, drawInterruptions(events, from));
    expect(met.length, drawn.text).toBeGreaterThan(0);
    expect(await leftBehind(stopped), drawn.text).toEqual(await leftBehind(whole));
  });
});

describe("early stopping belongs to what is restored", () => {
  const early = (patience: string): StoppingCase => ({
    name: "adapted",
    text: `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
model tiny { architecture: encoder, layers: 1, hidden: 8, heads: 2, context: 32 }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
pretrain base { model: tiny, objective: masked, corpus: tales, tokenizer: letters, budget: 2 steps, batch: 2 }
finetune adapted { from: base, task: mood, epochs: 8, batch: 8, ${patience} optimizer: adamw { learning_rate: 1e-1 } }
`,
  });
  test.each([
    ["behind the epoch that decides", "patience: 1,"],
    ["behind the last step", ""],
  ])("a stop %s", async (_, patience) => {
    const drawn = early(patience);
    const whole = folderOf(drawn);
    const events = await eventsOf(whole, drawn.name);
    const steps = events.filter((event) => event.event === "step" && event.job.startsWith("finetune"));
    const decides = steps.at(-1)! as RunEvent & { step: number };
    // two batches an epoch
    if (patience) expect(decides.step).toBeLessThan(8 * 2);
    const ends = (event: RunEvent) => event.event === "evaluation" && event.split === "validation" && event.step === decides.step;
    const stopped = folderOf(drawn);
    const at = (event: RunEvent) => event.job === decides.job && (ends(event) || sameMoment(event, decides));
    expect(await runInterrupted(stopped, drawn.name, [{ how: "stop", at }])).toEqual(["stop"]);
    expect(await leftBehind(stopped)).toEqual(await leftBehind(whole));
  });
});

/** The results of an uninterrupted run. */
async function eventsOf(folder: string, name: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const never = (event: RunEvent) => {
    events.push(event);
    return false;
  };
  await runInterrupted(folder, name, [{ how: "stop", at: never }]);
  return events;
}

/** Behind up to five of the steps, epochs and checkpoints of a run. Places where an epoch or a training ends are as likely as others. */
function drawInterruptions(events: readonly RunEvent[], from: Random): Interruption[] {
  const steps = events.filter((event) => event.event === "step" || event.event === "evaluation");
  const ends = steps.filter((event, i) => event.event === "evaluation" || steps[i + 1]?.event !== "step");
  const drawn = new Set(Array.from({ length: 5 }, (_, i) => (i % 2 ? ends : steps)).map((among) => among[from.below(among.length)]!));
  return steps
    .filter((event) => drawn.has(event))
    .map((event) => ({ how: from.below(3) > 0 ? "stop" : "break", at: (now) => sameMoment(now, event) }));
}

function sameMoment(a: RunEvent, b: RunEvent): boolean {
  return a.job === b.job && a.event === b.event && "step" in a && "step" in b && a.step === b.step;
}
