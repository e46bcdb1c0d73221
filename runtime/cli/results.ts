import type { Command } from "commander";
import { compareRuns, runsIn } from "#runtime/compare/compare.ts";
import { comparisonSummary, comparisonTable } from "#runtime/compare/comparison-table.ts";
import { hasResults } from "#runtime/contract/missing-score.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { comparisonIn, type Loaded, requireDeclared } from "./loaded.ts";
import { fileArgument, print, printJson, say, shownPath } from "./output.ts";
import { probeResult, probeTable } from "./probe-results.ts";

export function addResults(program: Command): void {
  program
    .command("results")
    .description("show the results of a comparison, with intervals and verdicts, or of a probe, from the runs that are done")
    .argument("<file>", "a .pretrain file")
    .argument("[name]", "a compare or a probe declared in it; may be omitted if there is only one compare")
    .option("--all", "every pair and every seed, what was matched, and the method")
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pretrain results experiment.pretrain\n  $ pretrain results experiment.pretrain objectives --json",
    )
    .action(async (path: string, named: string | undefined, options: { all?: boolean; json?: boolean }) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      const name = named ?? onlyComparison(loaded);
      requireDeclared(loaded, name, ["compare", "probe"]);
      if (Object.hasOwn(loaded.spec.probes, name)) return showProbe(loaded, name, options);
      const job = comparisonIn(loaded.plan(name).plan, name);
      // computed again, not read from the job's result: cells may have been renamed, and unfinished comparisons have results too
      const result = compareRuns(job, runsIn(loaded.store));
      if (options.json) printJson(result);
      else if (hasResults(result))
        print(
          options.all ? comparisonTable(result) : comparisonSummary(result, `pretrain results ${fileArgument(loaded.file)} ${name} --all`),
        );
      else say(`nothing of ${name} has a result yet: pretrain run ${fileArgument(loaded.file)} ${name}`);
    });
}

function showProbe(loaded: Loaded, name: string, { json }: { json?: boolean }): void {
  const result = probeResult(loaded, name);
  if (json) printJson(result);
  else if (result.layers.length > 0 || result.missing.some(({ done }) => done)) print(probeTable(result));
  else say(`nothing of ${name} has a result yet: pretrain run ${fileArgument(loaded.file)} ${name}`);
}

function onlyComparison(loaded: Loaded): string {
  const names = Object.keys(loaded.spec.comparisons);
  if (names.length === 1) return names[0]!;
  if (names.length === 0 && loaded.declares("compare")) {
    loaded.sayErrors();
    throw new ProblemsError("no compare of the file can be used until the errors above are fixed");
  }
  const found = names.length === 0 ? "declares no compare" : `declares ${names.join(", ")}: name one`;
  throw new UsageError(`${shownPath(loaded.file)} ${found}`);
}
