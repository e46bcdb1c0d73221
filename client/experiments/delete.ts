import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { askFirst, showError, showInformation } from "../notify.ts";
import { isWorking } from "../runs/model.ts";
import type { Stores } from "../runs/stores.ts";
import type { TreeNode } from "./collect-experiments.ts";
import { deleteQuestion } from "./delete-question.ts";

/** Deletes runs after confirmation. The question names them and the disk space that this frees. */
export async function deleteRuns(nodes: readonly TreeNode[], stores: Stores): Promise<void> {
  const chosen = nodes.flatMap(({ run: id, store, can, label }) => {
    const run = id === undefined || !can.includes("deletable") ? undefined : stores.get(store).runs.get(id);
    return run ? [{ run, name: nameInRow(label, run), store, folder: join(store, "runs", run.id) }] : [];
  });
  if (chosen.length === 0) return showInformation("None of these can be deleted. Stop runs that are still going first.");
  const sized = await Promise.all(chosen.map(async ({ run, name, folder }) => ({ run: { ...run, name }, bytes: await sizeOf(folder) })));
  const { message, detail } = deleteQuestion(sized);
  if ((await askFirst(message, detail, deletes)) !== deletes) return;
  for (const { run, name, store, folder } of chosen) {
    try {
      const now = stores.get(store).runs.get(run.id);
      if (!now || !isWorking(now)) await rm(folder, { recursive: true, force: true });
    } catch (error) {
      void showError(`${name} was not deleted: ${describeSystemError(error) ?? (error as Error).message}.`);
    }
    await stores.look(store);
  }
}

const deletes = "Delete";

/** The name of a job in its row: several declarations may share a job under different names. */
function nameInRow(label: string, { kind, name }: { kind: string; name: string }): string {
  return label.startsWith(`${kind}: `) ? label.slice(kind.length + 2) : name;
}

/** Total size of a folder's files in bytes. Files that cannot be read count as empty. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeOf(path);
    return entry.isFile() ? ((await stat(path).catch(() => undefined))?.size ?? 0) : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
