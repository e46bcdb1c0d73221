import { Argument, type Command } from "commander";
import { createLogUpdate } from "log-update";
import { exitCodes, ProblemsError } from "./exit.ts";
import { print, say } from "./output.ts";

interface InstallCommandOptions {
  gpu?: boolean;
  remove?: boolean;
  json?: boolean;
}

export function addEngineInstall(engines: Command): void {
  engines
    .command("install")
    .description("get an engine that does not come with npm, into a folder of yours that updates leave alone")
    .addArgument(new Argument("<engine>").choices(["tensorflow"]))
    .option("--gpu", "the build for NVIDIA's GPUs (CUDA 12) with the libraries that it needs")
    .option("--remove", "take it away again")
    .option("--json", "one event a line")
    .addHelpText("after", "\nExamples:\n  $ pretrain engines install tensorflow\n  $ pretrain engines install tensorflow --remove")
    .action(async (_engine: string, options: InstallCommandOptions, command: Command) => {
      // `--json` is also the parent's option, which takes it first
      const json = Boolean(command.optsWithGlobals<InstallCommandOptions>().json);
      const { install, remove } = await import("#runtime/engines/tensorflow/install/install.ts");
      const { InstallFailure } = await import("#runtime/engines/tensorflow/install/tools.ts");
      const stopping = new AbortController();
      try {
        if (options.remove) {
          const removed = remove();
          if (json) print(JSON.stringify({ event: "removed", removed }));
          else print(removed ? "tensorflow is removed" : "tensorflow was not installed");
          return;
        }
        const display = progressDisplay(json);
        for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());
        const ask = { gpu: Boolean(options.gpu), onProgress: display.show, signal: stopping.signal };
        const result = await install(ask).finally(display.end);
        if (json) print(JSON.stringify({ event: "installed", ...result }));
        else print(outcomeOf(result));
      } catch (error) {
        if (stopping.signal.aborted) {
          say("stopped; what was downloaded is kept for the next time");
          process.exitCode = exitCodes.interrupted;
          return;
        }
        if (error instanceof InstallFailure) throw new ProblemsError(`tensorflow cannot be installed: ${error.message}`);
        throw error;
      }
    });
}

type Install = typeof import("#runtime/engines/tensorflow/install/install.ts").install;
type Progress = Parameters<Parameters<Install>[0]["onProgress"]>[0];

function outcomeOf({ tensorflow, folder, before, gpu, gpuFound }: Awaited<ReturnType<Install>>): string {
  const device = gpuFound
    ? "it found a GPU"
    : gpu
      ? "it found no GPU (no driver, or none that fits CUDA 12) and runs on the processor"
      : "it runs on the processor";
  return `TensorFlow ${tensorflow} ${before ? "is there already" : "is installed"} in ${folder}; ${device}`;
}

/** A line that is drawn anew on a terminal; in a pipe a line for each step. */
function progressDisplay(json: boolean): { show(progress: Progress): void; end(): void } {
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
