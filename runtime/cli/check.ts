import type { Command } from "commander";
import { exitCodes } from "./exit.ts";
import { print, printJson, problemLine } from "./output.ts";

export function addCheck(program: Command): void {
  program
    .command("check")
    .description("print all problems that the editor shows")
    .argument("<file...>", ".pretrain files")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain check experiment.pretrain\n  $ pretrain check *.pretrain --json")
    .action(async (files: string[], options: { json?: boolean }) => {
      const { checkedProblems } = await import("./load.ts");
      const problems = (await Promise.all(files.map(checkedProblems))).flat();
      if (options.json) {
        printJson({
          problems: problems.map(({ file, line, column, severity, code, message }) => ({ file, line, column, severity, code, message })),
        });
      } else {
        for (const problem of problems) print(problemLine(problem));
      }
      process.exitCode = problems.some((problem) => problem.severity === "error") ? exitCodes.problems : exitCodes.done;
    });
}
