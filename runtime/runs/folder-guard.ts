import { sep } from "node:path";

/** Thrown if another host took a folder over, because this process slept for longer than the lease of its lock. Nothing more is written. */
export class FolderLost extends Error {
  constructor(folder: string) {
    super(`${folder} was taken over by another host while this process slept`);
  }
}

/** Folders in which this process works under a lock, each with a function that says whether the lock is still its own. */
const guarded = new Map<string, () => boolean>();

/** Prevents writing to a folder once its lock is lost. The returned function removes the guard. */
export function guardFolder(folder: string, isOurs: () => boolean): () => void {
  guarded.set(folder, isOurs);
  return () => guarded.delete(folder);
}

/** Throws `FolderLost` if a path is in, or is, a folder whose lock this process has lost. */
export function requireOwn(path: string): void {
  for (const [folder, isOurs] of guarded) {
    if ((path === folder || path.startsWith(folder + sep)) && !isOurs()) throw new FolderLost(folder);
  }
}
