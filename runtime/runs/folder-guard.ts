import { sep } from "node:path";

/** Another host took a folder over, as this process slept for longer than its lock's lease. Nothing more is written there. */
export class FolderLost extends Error {
  constructor(folder: string) {
    super(`${folder} was taken over by another host while this process slept`);
  }
}

/** Folders that this process works in under a lock, each with the question whether the lock is still its own. */
const guarded = new Map<string, () => boolean>();

/** From now on nothing is written into a folder once it is lost. The returned function takes that back. */
export function guardFolder(folder: string, isOurs: () => boolean): () => void {
  guarded.set(folder, isOurs);
  return () => guarded.delete(folder);
}

/** Throws `FolderLost` where a path is in a folder, or is one, that this process worked in and lost. */
export function requireOwn(path: string): void {
  for (const [folder, isOurs] of guarded) {
    if ((path === folder || path.startsWith(folder + sep)) && !isOurs()) throw new FolderLost(folder);
  }
}
