import { Argument, type Command } from "commander";
import { createLogUpdate } from "log-update";
import { engineEntry, type InstallableEngine, installableEngines } from "#runtime/contract/catalogue/engines.ts";
import { installerOf } from "#runtime/engines/engine-table.ts";
import { type EngineInstaller, type Installed, InstallFailure, type InstallProgress } from "#runtime/engines/installer.ts";
import { exitCodes, ProblemsError } from "./exit.ts";
import { print, say } from "./output.ts";

/** Options of `engines install`; each build adds a boolean of its name. */
interface InstallCommandOptions {
  remove?: boolean;
  json?: boolean;
}

export function addEngineInstall(engines: Command): void {
  const names = installableEngines.map(({ name }) => name);
  const command = engines
    .command("install")
    .description("install an engine that is not part of the npm package, in a folder that updates do not touch")
    .addArgument(new Argument("<engine>").choices(names));
  for (const { name, help } of installableEngines.flatMap(({ install }) => install.builds.slice(1))) command.option(`--${name}`, help);
  command
    .option("--remove", "remove the engine")
    .option("--json", "one event per line")
    .addHelpText("after", `\nExamples:\n  $ pretrain engines install ${names[0]}\n  $ pretrain engines install ${names[0]} --remove`)
    .action(async (engine: InstallableEngine, options: InstallCommandOptions, command: Command) => {
      // `--json` is also an option of the parent command, which parses it first
      const json = Boolean(command.optsWithGlobals<InstallCommandOptions>().json);
      const installer = (await installerOf(engine))!;
      try {
        if (options.remove) sayRemoved(engine, installer.remove(), json);
        else await install(engine, installer, buildOf(engine, options), json);
      } catch (error) {
        if (error instanceof InstallFailure) throw new ProblemsError(`${engine} cannot be installed: ${error.message}`);
        throw error;
      }
    });
}

async function install(engine: InstallableEngine, installer: EngineInstaller, build: string, json: boolean): Promise<void> {
  const stopping = new AbortController();
  const display = progressDisplay(json);
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());
  try {
    const result = await installer.install({ build, onProgress: display.show, signal: stopping.signal }).finally(display.end);
    if (json) print(JSON.stringify({ event: "installed", engine, ...result }));
    else print(outcomeOf(engine, result));
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    say("stopped; the downloaded part is kept for the next time");
    process.exitCode = exitCodes.interrupted;
  }
}

function sayRemoved(engine: InstallableEngine, removed: boolean, json: boolean): void {
  if (json) print(JSON.stringify({ event: "removed", engine, removed }));
  else print(removed ? `${engine} is removed` : `${engine} was not installed`);
}

/** The requested build, or the engine's first. */
function buildOf(engine: InstallableEngine, options: InstallCommandOptions): string {
  const { builds } = engineEntry(engine).install!;
  const asked = builds.find(({ name }) => (options as Record<string, unknown>)[name] === true);
  return (asked ?? builds[0]!).name;
}

function outcomeOf(engine: InstallableEngine, { version, folder, before, build, device }: Installed): string {
  const { title } = engineEntry(engine).install!;
  const found =
    device === "gpu"
      ? "it found a GPU"
      : build === "gpu"
        ? "it found no GPU (no driver, or none that fits this build) and runs on the processor"
        : "it runs on the processor";
  return `${title} ${version} ${before ? "is already installed" : "is installed"} in ${folder}; ${found}`;
}

/** Shows progress: one line that is redrawn on a terminal, one line per step in a pipe. */
function progressDisplay(json: boolean): { show(progress: InstallProgress): void; end(): void } {
  if (json) return { show: (progress) => print(JSON.stringify({ event: "progress", ...progress })), end() {} };
  let shown = "";
  if (!process.stdout.isTTY) {
    return {
      show({ step }) {
        if (step !== shown) print(step);
        shown = step;
      },
      end() {},
    };
  }
  const display = createLogUpdate(process.stdout);
  return {
    show: ({ step, done }) => display(done === undefined ? `${step} …` : `${step}: ${(done / 1e6).toFixed(0)} MB`),
    end() {
      display.clear();
      display.done();
    },
  };
}
