import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkedProblems } from "#runtime/cli/load.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { pretrain } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const media = join(import.meta.dirname, "../../media");

/** A folder as New Experiment from Template leaves it, with a tiny BERT where the template names a large one. */
function folderFrom(template: string): { folder: string; file: string } {
  const folder = temporaryFolder();
  cpSync(join(media, "sample"), join(folder, "sample"), { recursive: true });
  checkpointIn(folder);
  const text = readFileSync(join(media, "templates", `${template}.pretrain`), "utf8").replace('"bert-base-uncased"', '"checkpoint"');
  const file = join(folder, "made.pretrain");
  writeFileSync(file, text);
  return { folder, file };
}

/** The same experiment, of which every part is as short as it can be. */
function shortened(file: string): void {
  const text = readFileSync(file, "utf8")
    .replace(/budget: .*/, "budget: 2 steps")
    .replace(/epochs: \d+/, "epochs: 1")
    .replace(/seeds: .*/, "seeds: [1]")
    .replace(/vocabulary: \dk/, "vocabulary: 400");
  expect(text).toMatch(/budget: 2 steps[\s\S]*seeds: \[1\]/);
  writeFileSync(file, text);
}

test.each([
  ["which-objective", "objectives"],
  ["from-scratch", "rates"],
  ["adapt-checkpoint", "worth_it"],
])("the template %s has no mistakes, and runs to its comparison", { timeout: 300_000 }, async (template, comparison) => {
  const { folder, file } = folderFrom(template);
  expect((await checkedProblems(file)).filter(({ severity }) => severity === "error")).toEqual([]);
  shortened(file);
  expect(await pretrain(folder, "run", "made.pretrain", comparison, "--jobs", "2")).toMatchObject({ code: 0 });
  const { stdout } = await pretrain(folder, "results", "made.pretrain", comparison, "--json");
  const { summary } = JSON.parse(stdout) as { summary: { cell: string; mean: number }[] };
  expect(summary.length).toBeGreaterThan(1);
  expect(summary.every(({ mean }) => Number.isFinite(mean))).toBe(true);
});
