import { type Command, Option } from "commander";
import { engineChoices } from "#runtime/contract/catalogue/engines.ts";
import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import type { Key } from "#runtime/contract/catalogue/types.ts";
import { type EngineOptions, type EngineRequest, engineOptionKeys, flagOf, foreignOption } from "#runtime/contract/engine-options.ts";
import { UsageError } from "./exit.ts";
import { positive } from "./number-option.ts";

/** The option `--engine`, whose choices are the engines of the catalogue. */
export function engineOption(help: string): Option {
  return new Option("--engine <engine>", help).choices(engineChoices).default("auto");
}

/** Adds `--engine` and the options of each engine to a command. */
export function addEngineOptions(command: Command): Command {
  command.addOption(engineOption("engine that runs the programs"));
  for (const { engine, key } of engineOptionKeys) for (const option of optionsOf(engine, key)) command.addOption(option);
  return command;
}

/** The engine options given to a command with `addEngineOptions`. Throws `UsageError` if the requested engine lacks an option. */
export function givenEngine(given: Pick<EngineRequest, "engine">): Pick<EngineRequest, "engine" | "engineOptions"> {
  const values = given as Readonly<Record<string, unknown>>;
  const engineOptions: EngineOptions = Object.fromEntries(
    engineOptionKeys.map(({ key }) => [key.name, values[camelCase(key.name)]]).filter(([, value]) => value !== undefined),
  );
  const asked = { engine: given.engine, engineOptions };
  const foreign = foreignOption(asked);
  if (foreign)
    throw new UsageError(`${flagOf(foreign.key)} is an option of ${foreign.engine}; omit it, or run with --engine ${foreign.engine}`);
  return asked;
}

function optionsOf(engine: string, key: Key): Option[] {
  const { value } = key;
  const help = `${engine}: ${key.help.replace(/\.$/, "")}`;
  if (value.type === "boolean")
    return [new Option(flagOf(key), help), new Option(flagOf(key).replace("--", "--no-"), `${engine}: turns this off`)];
  const option = new Option(`${flagOf(key)} <value>`, help);
  return [value.type === "choice" ? option.choices(value.of.map(({ name }) => name)) : option.argParser(positive)];
}
