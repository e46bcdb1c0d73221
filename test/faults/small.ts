import { onTestFinished } from "vitest";
import { copyOf, makeFolder, reference, remove } from "../../bench/faults/small-run.ts";

/** The folder of a finished run, for this test alone. */
export async function finished(): Promise<{ folder: string; bits: Record<string, string> }> {
  const { folder, bits } = await reference();
  const copy = copyOf(folder);
  onTestFinished(() => remove(copy));
  return { folder: copy, bits };
}

/** The experiment, of which nothing was run. */
export function fresh(): string {
  const folder = makeFolder();
  onTestFinished(() => remove(folder));
  return folder;
}
