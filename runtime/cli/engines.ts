import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/table.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { enginesBySpeed, firstLine, isNotInstalled, loadEngine } from "#runtime/engines/table.ts";
import { installed } from "#runtime/engines/tensorflow/installation.ts";
import { addEngineInstall } from "./engine-install.ts";
import { print, printJson } from "./output.ts";

export const engineChoices = ["auto", "tensorflow", "onnx", "cpu"] as const;
export type EngineChoice = (typeof engineChoices)[number];

export function addEngines(program: Command): void {
  const engines = program
    .command("engines")
    .description("which engines are here, and why one is not; `install` gets the fastest")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain engines\n  $ pretrain engines install tensorflow")
    .action(async (options: { json?: boolean }) => {
      const rows: EngineRow[] = [];
      for (const name of enginesBySpeed) rows.push(await describe(name));
      if (options.json) printJson({ engines: rows });
      else print(tableOf(rows));
    });
  addEngineInstall(engines);
}

interface EngineRow {
  engine: string;
  available: boolean;
  version: string | null;
  device: string | null;
  reason: string;
}

const purposes: Record<EngineName, string> = {
  tensorflow: "the fastest: graphs in TensorFlow",
  onnx: "comes with every installation: graphs in onnxruntime-node",
  cpu: "the reference: slow, plain JavaScript",
};

/** With the one that `auto` takes marked. */
function tableOf(rows: readonly EngineRow[]): string {
  const taken = rows.find(({ available }) => available);
  const cells = rows.map((row) => [
    row.engine,
    row.available ? "yes" : "no",
    row.version ?? "",
    row.device ?? "",
    row === taken ? `${row.reason}; auto takes it` : row.reason,
  ]);
  return alignedRows(["engine", "here", "version", "device", ""], cells, "left");
}

async function describeInstalled(): Promise<{ version: string; device: string }> {
  const { tensorflow } = installed().versions;
  const { tryOut } = await import("#runtime/engines/tensorflow/install/install.ts");
  return { version: `TensorFlow ${tensorflow}`, device: (await tryOut()) ? "gpu" : "cpu" };
}

async function describe(name: EngineName): Promise<EngineRow> {
  try {
    const { version, device } =
      name === "tensorflow" ? await describeInstalled() : await (await loadEngine(name, { threads: 1 })).describe();
    return { engine: name, available: true, version, device, reason: purposes[name] };
  } catch (error) {
    return {
      engine: name,
      available: false,
      version: null,
      device: null,
      reason: isNotInstalled(error) ? firstLine(error) : `could not be loaded: ${firstLine(error)}`,
    };
  }
}
