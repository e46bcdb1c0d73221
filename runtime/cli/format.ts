import type { Command } from "commander";
import { writeUserFile } from "#runtime/runs/user-file.ts";
import { exitCodes } from "./exit.ts";
import { pretrainFile, readGivenFile } from "./given-file.ts";
import { print, problemLine, say } from "./output.ts";

export function addFormat(program: Command): void {
  program
    .command("format")
    .description("format .pretrain files")
    .argument("<file...>", ".pretrain files")
    .option("--check", "change nothing; print the files that would change and exit with 1 if there are any")
    .addHelpText("after", "\nExamples:\n  $ pretrain format experiment.pretrain\n  $ pretrain format --check *.pretrain")
    .action(async (files: string[], options: { check?: boolean }) => {
      const outcomes = await Promise.all(files.map((file) => formatFile(file, options.check === true)));
      process.exitCode = outcomes.every(Boolean) ? exitCodes.done : exitCodes.problems;
    });
}

/** Formats a file. False if it cannot be formatted, or if it is only checked and would change. */
async function formatFile(file: string, checkOnly: boolean): Promise<boolean> {
  const before = readGivenFile(pretrainFile(file)).toString("utf8");
  const { format } = await import("#language/index.ts");
  const formatted = format(before, file);
  if ("problems" in formatted) {
    for (const problem of formatted.problems) say(problemLine(problem));
    return false;
  }
  if (formatted.text === before) return true;
  if (!checkOnly) writeUserFile(file, formatted.text);
  print(file);
  return !checkOnly;
}
