/**
 * What changes when a file does: which file it is, its size, and to the nanosecond when it was changed and when the system last touched
 * its record. Programs can set the first time; the second they cannot.
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
