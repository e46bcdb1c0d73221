import type { Outline } from "#server/protocol.ts";

/** A command has nothing to work on among these texts: why, as a sentence. @param none why that is in texts without mistakes */
export function whyNone(searched: readonly Pick<Outline, "stale">[], none: string): string {
  if (searched.length === 0) return "There is no .pretrain file here: open one, or take New Experiment from Template.";
  return searched.every(({ stale }) => stale) ? "The text has errors to mend first." : none;
}
