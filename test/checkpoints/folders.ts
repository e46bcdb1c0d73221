import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";

/** Tiny random models of Transformers with what it computes from them; `test/reference/README.md` says how they were made. */
export const referenceRoot = join(import.meta.dirname, "..", "reference", "models");

export const referenceModels = readdirSync(referenceRoot).sort();

export const folderOf = (name: string) => join(referenceRoot, name);

/** The engines that are here, of these. */
export async function enginesHere(names: readonly EngineName[]): Promise<EngineName[]> {
  const here: EngineName[] = [];
  for (const name of names) {
    try {
      await (await loadEngine(name, { threads: 1 })).describe();
      here.push(name);
    } catch (error) {
      console.warn(`skipped: the engine ${name} is not here (${(error as Error).message.split("\n")[0]})`);
    }
  }
  return here;
}
