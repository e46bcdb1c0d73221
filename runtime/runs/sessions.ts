import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { RunSession } from "#runtime/contract/artifacts.ts";
import { thisProcess } from "./process-identity.ts";
import { makeStoreFolder } from "./root.ts";
import { hasCode, writeJson } from "./whole-files.ts";

/**
 * Records in `.pretrain/sessions/` that this process runs a declaration, so that readers of the folder can show it and ask it to stop. The
 * returned function removes the record. If the process is killed, the record stays, and readers see that the process is gone.
 */
export function recordSession(root: string, run: Pick<RunSession, "file" | "name">): () => void {
  const path = join(root, "sessions", `${process.pid}.json`);
  const session: RunSession = { ...run, ...thisProcess(), host: hostname(), start: new Date().toISOString() };
  try {
    makeStoreFolder(root);
    writeJson(path, session);
  } catch (error) {
    // existing results can be read even if nothing can be written; a job that is not done will report the error
    if (["EROFS", "EACCES", "EPERM"].some((code) => hasCode(error, code))) return () => {};
    throw error;
  }
  return () => rmSync(path, { force: true });
}
