/** An error caused by something outside the program. Its message says what it is and what to do; it is shown without a stack trace. */
export class Obstacle extends Error {}

/**
 * Explains a common system error and what to do about it: a full disk, a folder that cannot be written to, a file where a folder is
 * needed. Undefined for other errors.
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
  ENOSPC: (path) => `the disk is full, so ${path} could not be written; free some space and try again: finished work is kept`,
  EDQUOT: (path) => `your share of the disk is used up, so ${path} could not be written; free some space and try again`,
  EROFS: (path) => `${path} is on a read-only file system; copy the experiment to a folder that you may write to`,
  EACCES: (path) =>
    `you do not have permission to read or write ${path}; change its permissions, or copy the experiment to a folder of your own`,
  EPERM: (path) =>
    `the system does not allow reading or writing ${path}; change its permissions, or copy the experiment to a folder of your own`,
  ENOTDIR: (path) => `the path ${path} leads through a file where a folder is needed; rename the file or move it away`,
  EEXIST: (path) => `${path} already exists, where something else must be created; rename it or move it away`,
  EISDIR: isFolder,
  // Node's error if a folder is to be removed as a file
  ERR_FS_EISDIR: isFolder,
  ENOENT: (path) => `${path} no longer exists; put it back, or create it again`,
  ENAMETOOLONG: (path) =>
    `the path ${path.slice(0, 60)}… is longer than the system allows; move the experiment to a folder with a shorter path`,
  E2BIG: () =>
    "the path or the text is longer than the system accepts for a new process; move the experiment to a folder with a shorter path",
  ELOOP: (path) => `the symbolic links in the path ${path} form a loop; remove one of them`,
  EMFILE: () => "too many files are open in this process; raise the limit (ulimit -n) and try again",
  ENFILE: () => "too many files are open on this machine; close other programs and try again",
  ENOMEM: () => "the machine has no memory left; close other programs and try again",
  EAGAIN: () => "the system cannot start more processes; close other programs and try again",
  EBUSY: (path) => `another program is using ${path}; close it and try again`,
  EIO: (path) => `the disk reports an error at ${path}; copy the experiment to another disk`,
};

function isFolder(path: string): string {
  return `${path} is a folder, but a file is needed; rename it or move it away`;
}
