import { Command } from "commander";
import { visible } from "#runtime/contract/visible.ts";
import { addBench } from "./bench.ts";
import { addCheck } from "./check.ts";
import { addDiff } from "./diff.ts";
import { addDownload } from "./download.ts";
import { addEngines } from "./engines.ts";
import { UsageError } from "./exit.ts";
import { addExport } from "./export.ts";
import { addFormat } from "./format.ts";
import { addGenerate } from "./generate.ts";
import { addInspect } from "./inspect.ts";
import { addJob } from "./job.ts";
import { addLsp } from "./lsp.ts";
import { suggestion } from "./nearest.ts";
import { addPlan } from "./plan.ts";
import { addPreview } from "./preview.ts";
import { addReport } from "./report.ts";
import { addResults } from "./results.ts";
import { addRun } from "./run.ts";
import { addScore } from "./score.ts";
import { addVerify } from "./verify.ts";
import { addVerifyStore } from "./verify-store.ts";
import { version } from "./version.ts";

/** The command line, with all commands in the order of its help. */
export function createProgram(): Command {
  const program = new Command("pretrain")
    .description("Declare pre-training experiments, run them at matched compute, and read which objective won.")
    .version(version())
    // its own, below, says that a command does not exist
    .helpCommand(false)
    .showHelpAfterError("(--help shows the usage)")
    .exitOverride()
    // arguments that it quotes are escaped too
    .configureOutput({
      writeOut: (text) => void process.stdout.write(visible(text)),
      writeErr: (text) => void process.stderr.write(visible(text)),
    })
    .addHelpText(
      "after",
      `
Examples:
  $ pretrain check experiment.pretrain
  $ pretrain plan experiment.pretrain objectives
  $ pretrain run experiment.pretrain objectives
  $ pretrain results experiment.pretrain objectives --json

Exit codes: 0 done, 1 the file or the data has errors, 2 wrong usage, 3 a run failed, 4 an expectation was not\nconfirmed (run --strict), 130 interrupted`,
    );
  for (const add of [
    addCheck,
    addPlan,
    addRun,
    addResults,
    addReport,
    addPreview,
    addDiff,
    addGenerate,
    addScore,
    addInspect,
    addVerify,
    addVerifyStore,
    addExport,
    addDownload,
    addFormat,
    addEngines,
    addBench,
    addLsp,
    addJob,
  ])
    add(program);
  addHelp(program);
  refuseTwice(program);
  return program.hook("preAction", (_, command) => refuseEmpty(command));
}

function addHelp(program: Command): void {
  program
    .command("help")
    .description("show the help of a command")
    .argument("[command]", "one of those that pretrain --help lists; default: that list")
    .action((name: string | undefined) => {
      const commands = program.createHelp().visibleCommands(program);
      const found = name === undefined ? program : commands.find((command) => command.name() === name);
      const names = commands.map((command) => command.name());
      if (!found) throw new UsageError(`there is no command ${name}${suggestion(name!, names)}`);
      found.outputHelp();
    });
}

/** Throws if an argument is empty, as an unset shell variable leaves it: as a path, it would mean this folder. Prompts and texts may be. */
function refuseEmpty(command: Command): void {
  const given = command.opts<Record<string, unknown>>();
  const values = [
    ...command.registeredArguments.map((argument, at) => ({ name: `<${argument.name()}>`, value: command.processedArgs[at] as unknown })),
    ...command.options.map((option) => ({ name: option.flags, value: given[option.attributeName()] })),
  ];
  const empty = values.find(({ name, value }) => !/<text/.test(name) && [value].flat().includes(""));
  if (empty) throw new UsageError(`${empty.name} is empty`);
}

/** Throws if an option is given twice, or with its negation: the first value would be dropped. A flag may be repeated. */
function refuseTwice(command: Command): void {
  command.commands.forEach(refuseTwice);
  const given = new Map<string, string>();
  for (const option of command.options.filter(({ variadic }) => !variadic)) {
    const flag = option.long ?? option.flags;
    command.on(`option:${option.name()}`, () => {
      const before = given.get(option.attributeName());
      given.set(option.attributeName(), flag);
      if (before === undefined || (before === flag && !option.required)) return;
      const isSame = before === flag;
      throw new UsageError(
        isSame ? `${flag} is given twice; keep the one that you mean` : `${before} and ${flag} contradict each other; keep one`,
      );
    });
  }
}
