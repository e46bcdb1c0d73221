/** Something outside of the program stands in its way. The message says what and what to do: it is told as it is, without a stack. */
export class Obstacle extends Error {}

/**
 * What an error of the system means and what to do about it, where it is one that people meet: a full disk, a folder that cannot be
 * written to, a file in the place of a folder.
 */
export function describeSystemError(error: unknown): string | undefined {
  if (error instanceof Obstacle) return error.message;
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const describe = code === undefined ? undefined : descriptions[code];
  if (!describe || !Object.hasOwn(descriptions, code!)) return undefined;
  return describe(path ?? "a file");
}

const descriptions: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) => `the disk is full, so ${path} could not be written; free some space, then do it again: what is done is kept`,
  EDQUOT: (path) => `your share of the disk is used up, so ${path} could not be written; free some space, then do it again`,
  EROFS: (path) => `${path} lies on a file system that is read-only; copy the experiment to a folder that you may write to`,
  EACCES: (path) => `you may not read or write ${path}; change its permissions, or copy the experiment to a folder of your own`,
  EPERM: (path) =>
    `the system does not allow to read or write ${path}; change its permissions, or copy the experiment to a folder of your own`,
  ENOTDIR: (path) => `on the way to ${path} a file stands where a folder is needed; rename it or move it away`,
  EEXIST: (path) => `${path} is in the way of what has to be made there; rename it or move it away`,
  EISDIR: isFolder,
  // what Node says of a folder that is to be removed as a file
  ERR_FS_EISDIR: isFolder,
  ENOENT: (path) => `${path} is not there any more; put it back, or do again what made it`,
  ENAMETOOLONG: (path) =>
    `the path ${path.slice(0, 60)}… is longer than the system allows; move the experiment to a folder with a shorter path`,
  E2BIG: () =>
    "the path or the text is longer than the system takes for a new process; move the experiment to a folder with a shorter path",
  ELOOP: (path) => `the links on the way to ${path} lead in a circle; remove one of them`,
  EMFILE: () => "too many files are open in this process; raise the limit (ulimit -n), then do it again",
  ENFILE: () => "too many files are open on this machine; close other programs, then do it again",
  ENOMEM: () => "the machine has no memory left; close other programs, then do it again",
  EAGAIN: () => "the system starts no more processes; close other programs, then do it again",
  EBUSY: (path) => `another program holds ${path}; close it, then do it again`,
  EIO: (path) => `the disk reports an error at ${path}; copy the experiment to another disk`,
};

function isFolder(path: string): string {
  return `${path} is a folder, and a file is needed; rename it or move it away`;
}
