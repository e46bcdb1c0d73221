import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import { type EngineName, engineEntry, engineNames, installableEngines } from "#runtime/contract/catalogue/engines.ts";
import { firstLine, installerOf, isNotInstalled, loadEngine } from "#runtime/engines/engine-table.ts";
import { addEngineInstall } from "./engine-install.ts";
import { print, printJson } from "./output.ts";

export function addEngines(program: Command): void {
  const engines = program
    .command("engines")
    .description("list the engines and why any is unavailable; `install` installs the fastest")
    .option("--json", "one JSON document")
    .addHelpText("after", `\nExamples:\n  $ pretrain engines\n  $ pretrain engines install ${installableEngines[0]!.name}`)
    .action(async (options: { json?: boolean }) => {
      const rows: EngineRow[] = [];
      for (const name of engineNames) rows.push(await describe(name));
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

/** The table of engines; it marks the one that `auto` uses. */
function tableOf(rows: readonly EngineRow[]): string {
  const taken = rows.find(({ available }) => available);
  const cells = rows.map((row) => [
    row.engine,
    row.available ? "yes" : "no",
    row.version ?? "",
    row.device ?? "",
    row === taken ? `${row.reason}; used by auto` : row.reason,
  ]);
  return alignedRows(["engine", "here", "version", "device", ""], cells, "left");
}

async function describe(name: EngineName): Promise<EngineRow> {
  try {
    const described = (await installerOf(name)) ?? (await loadEngine(name, { threads: 1 }));
    const { version, device } = await described.describe();
    return { engine: name, available: true, version, device, reason: engineEntry(name).help.replace(/\.$/, "") };
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
