/**
 * A text that changes when a file changes: its device and inode, size, modification time and status change time, in nanoseconds.
 * Programs can set the modification time but not the status change time.
 */
export function fileSign({ dev, ino, size, mtimeNs, ctimeNs }: FileTimes): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

interface FileTimes {
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}
