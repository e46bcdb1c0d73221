import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/table.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { print, printJson } from "./output.ts";

export const engineChoices = ["auto", "onnx", "cpu"] as const;
export type EngineChoice = (typeof engineChoices)[number];

export function addEngines(program: Command): void {
  program
    .command("engines")
    .description("which engines are here, and why one is not")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExample:\n  $ pretrain engines")
    .action(async (options: { json?: boolean }) => {
      const engines = [await describe("onnx"), await describe("cpu"), tensorflow];
      if (options.json) printJson({ engines });
      else
        print(
          alignedRows(
            ["engine", "here", "version", "device", ""],
            engines.map(({ engine, available, version, device, reason }) => [
              engine,
              available ? "yes" : "no",
              version ?? "",
              device ?? "",
              reason,
            ]),
            "left",
          ),
        );
    });
}

interface EngineRow {
  engine: string;
  available: boolean;
  version: string | null;
  device: string | null;
  reason: string;
}

const purposes: Record<EngineName, string> = {
  onnx: "the default: graphs in onnxruntime-node",
  cpu: "the reference: slow, plain JavaScript",
};

const tensorflow: EngineRow = {
  engine: "tensorflow",
  available: false,
  version: null,
  device: null,
  reason: "not supported yet; use onnx",
};

async function describe(name: EngineName): Promise<EngineRow> {
  try {
    const { loadEngine } = await import("#runtime/engines/table.ts");
    const { version, device } = await (await loadEngine(name, 1)).describe();
    return { engine: name, available: true, version, device, reason: purposes[name] };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    return { engine: name, available: false, version: null, device: null, reason: `could not be loaded: ${why}` };
  }
}
